"""The exception of a jar's program, as its JVM's log has it."""

import pytest
from sparkflow.java_log import JavaException, root_cause

PLAIN = """2026-11-21 08:00:00.000 WARN Foo: bar
Exception in thread "main" java.lang.IllegalStateException: no such plaza
\tat java.base/java.util.Optional.orElseThrow(Optional.java:403)
\tat com.example.App.find(App.java:21)
\tat com.example.App.main(App.java:12)
\tat org.apache.spark.deploy.JavaMainApplication.start(SparkApplication.scala:52)
"""
CAUSED = """Exception in thread "main" org.apache.spark.SparkException: Job aborted
\tat org.apache.spark.scheduler.DAGScheduler.abort(DAGScheduler.scala:1)
Caused by: java.io.IOException: disk full
and a second line
\tat com.example.Writer$Part.write(Writer.scala:7)
\t... 12 more
"""
DISK = ("java.io.IOException", "disk full\nand a second line", "Writer.scala:7")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (PLAIN, JavaException("java.lang.IllegalStateException", "no such plaza", "App.java:21")),
        (CAUSED, JavaException(*DISK)),
        ('Exception in thread "main" java.lang.Error\n', JavaException("java.lang.Error", "", None)),
        ("WARN only a warning\n", None),
        ("WARN Foo: retried\nCaused by: java.io.IOException: transient\n\tat a.B.c(B.java:1)\n", None),
        (CAUSED + "INFO ShutdownHookManager: Shutdown hook called\n", JavaException(*DISK)),
        ("", None),
    ],
)
def test_the_root_cause_has_its_class_message_and_the_users_line(text, expected):
    assert root_cause(text) == expected
