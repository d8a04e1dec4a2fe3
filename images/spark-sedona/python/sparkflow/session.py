"""The driver's Spark for Python programs: a JVM that boots while the program is imported, and the session on it."""

from __future__ import annotations

import atexit
import importlib.util
import os
import sys
import threading
from pathlib import Path

from sparkflow.attempt import Attempt
from sparkflow.jvm import Jvm

STOP_SECONDS = 60


class Spark:
    """Starts the JVM at once. The session is made when the program, or `session`, first asks for one."""

    def __init__(self, attempt: Attempt):
        self.attempt = attempt
        self.master: str | None = None
        #: What the user should know of the program although it runs, in a sentence.
        self.note: str | None = None
        self.jvm = Jvm(attempt)
        # First in, last out: what the program registers may still use Spark
        atexit.register(self.end)
        _bring_pyspark()
        # Python workers run with the driver's Python (another one lacks its packages), unless the user says which
        os.environ.setdefault("PYSPARK_DRIVER_PYTHON", sys.executable)
        self._answer_pyspark()

    @property
    def session(self):
        """The active SparkSession, or a new one with the attempt's settings."""
        from pyspark.sql import SparkSession

        session = SparkSession.getActiveSession() or SparkSession.builder.getOrCreate()
        if "sedona.spark" in sys.modules and not hasattr(self, "_sedona"):
            # Sedona's Python functions work only after this part of SedonaContext.create; the rest of it is done by the
            # SQL extension, and would be done a second time
            from sedona.spark.register.geo_registrator import PackageImporter

            self._sedona = PackageImporter.import_jvm_lib(session._jvm)
        return session

    @property
    def gateway(self):
        """Py4J's gateway to the JVM, without a SparkContext."""
        from pyspark import SparkContext

        SparkContext._ensure_initialized()
        return SparkContext._gateway

    def _answer_pyspark(self) -> None:
        """Lets pyspark find our JVM where it would launch one; imports up to then run while the JVM boots."""
        import pyspark.context

        launch, initialize = pyspark.context.launch_gateway, pyspark.SparkContext._initialize_context

        def launch_gateway(conf=None, popen_kwargs=None):
            port, secret = self.jvm.connection()
            # only for this call: a program that the task starts must not find them
            os.environ.update(PYSPARK_GATEWAY_PORT=str(port), PYSPARK_GATEWAY_SECRET=secret)
            try:
                gateway = launch(conf, popen_kwargs)
            finally:
                del os.environ["PYSPARK_GATEWAY_PORT"], os.environ["PYSPARK_GATEWAY_SECRET"]
            self._settle(gateway.jvm)
            return gateway

        def initialize_context(context, jconf):
            self._compare_masters(jconf)
            return initialize(context, jconf)

        pyspark.context.launch_gateway = launch_gateway
        pyspark.SparkContext._initialize_context = initialize_context

    def _settle(self, jvm) -> None:
        python = jvm.java.lang.System.getProperty("spark.pyspark.python")
        os.environ.setdefault("PYSPARK_PYTHON", python or sys.executable)
        # A gateway takes itself for an interactive shell and lets WARN through only, whatever the log's configuration
        # says (Logging.sparkShellThresholdLevel); a task's log is configured as its user wants it
        logging = getattr(getattr(jvm, "org.apache.spark.internal.Logging$"), "MODULE$")
        getattr(logging, "sparkShellThresholdLevel_$eq")(None)
        self.master = jvm.java.lang.System.getProperty("spark.master")

    def _compare_masters(self, jconf) -> None:
        master = jconf.get("spark.master", None)
        if self.master and master != self.master and not self.note:
            self.note = (
                f"the program sets the master {master} itself, the task's engine has {self.master}; "
                f"leave .master(…) out, so that the program runs where the manifest says"
            )
            print(f"WARN sparkflow: {self.note}", file=sys.stderr)

    def end(self) -> None:
        """Stops the SparkContext and ends the JVM, without Py4J's complaints about a connection that is gone."""
        # a JVM that is out of memory may never answer
        patience = threading.Timer(STOP_SECONDS, self.jvm.process.kill)
        patience.daemon = True
        patience.start()
        try:
            self._stop()
        finally:
            patience.cancel()
            self.jvm.end()

    def _stop(self) -> None:
        context = getattr(sys.modules.get("pyspark"), "SparkContext", None)
        gateway = context and context._gateway
        if not gateway:
            return
        if context._active_spark_context and self.jvm.process.poll() is None:
            context._active_spark_context.stop()
        # Py4J's finalizer thread goes on telling the JVM what Python has dropped, and logs an error once that's gone
        client = gateway._gateway_client
        client.is_connected = False
        if getattr(client, "finalizer_deque", None) is not None:
            client.finalizer_deque.clear()


def _bring_pyspark() -> None:
    """Makes `import pyspark` work in an image that has it in $SPARK_HOME/python only."""
    folder = Path(os.environ["SPARK_HOME"]) / "python"
    if not importlib.util.find_spec("pyspark") and folder.is_dir():
        sys.path += [str(folder), *map(str, sorted(folder.glob("lib/py4j-*-src.zip")))]
