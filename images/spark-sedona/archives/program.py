"""What the training's driver runs: the library's training program on an executor pod, then in local mode."""

from pyspark.sql import SparkSession
from sparkflow import training

training.main()
SparkSession.builder.master("local[2]").config("spark.app.id", "training-local").getOrCreate()
training.main()
