"""The tasks of the flow spam: a Spark ML pipeline is trained in one task, and used in others."""

import sparkflow
from pyspark.ml import Pipeline, PipelineModel
from pyspark.ml.classification import LogisticRegression
from pyspark.ml.feature import HashingTF, Tokenizer
from pyspark.ml.functions import vector_to_array
from pyspark.sql import DataFrame
from pyspark.sql import functions as F


def split(messages: DataFrame, every: int) -> dict[str, DataFrame]:
    """Put every `every`-th message aside for the test. By number, not by chance: a retry must give the same."""
    aside = F.col("id") % every == 0
    return {"training": messages.where(~aside), "test": messages.where(aside)}


def train(training: DataFrame, features: int, regularization: float) -> PipelineModel:
    """Words, their counts in `features` buckets, and a logistic regression on these."""
    tokenizer = Tokenizer(inputCol="text", outputCol="words")
    counts = HashingTF(inputCol="words", outputCol="features", numFeatures=features)
    regression = LogisticRegression(maxIter=20, regParam=regularization)
    return Pipeline(stages=[tokenizer, counts, regression]).fit(training)


def predict(test: DataFrame, model: PipelineModel) -> DataFrame:
    """A row for each message with the probability that it is spam. Reports the share that is right as `accuracy`."""
    predictions = model.transform(test).select(
        "id",
        "text",
        F.col("label").cast("int").alias("label"),
        F.col("prediction").cast("int").alias("prediction"),
        vector_to_array("probability")[1].alias("probability"),
    )
    right = predictions.agg(F.avg((F.col("label") == F.col("prediction")).cast("double"))).first()[0]
    sparkflow.value("accuracy", round(right, 4))
    return predictions
