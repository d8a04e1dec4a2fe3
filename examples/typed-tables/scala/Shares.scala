package example

import java.nio.file.{Files, Paths}

import org.apache.spark.sql.SparkSession
import org.apache.spark.sql.expressions.Window
import org.apache.spark.sql.functions._

/** Each park's share of all visitors in percent, and its rank: `Shares IN OUT`, both URIs of Parquet. */
object Shares {
  def main(args: Array[String]): Unit = {
    val Array(in, out) = args
    val spark = SparkSession.builder.getOrCreate() // the task's settings, Sedona's functions among them
    val parks = spark.read.parquet(in)
    val all = parks.agg(sum("visitors")).first().getLong(0)
    parks
      .withColumn("share", (col("visitors") * lit(BigDecimal(100)) / lit(all)).cast("decimal(5,2)"))
      .withColumn("rank", row_number().over(Window.orderBy(desc("visitors"), col("park"))))
      .coalesce(1)
      .write
      .parquet(out)
    // small values for other tasks, as a JSON object
    Files.write(Paths.get(sys.env("SPARKFLOW_VALUES_FILE")), s"""{"visitors": $all}""".getBytes("UTF-8"))
    spark.stop()
  }
}
