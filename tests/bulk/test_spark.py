"""Spark gives the answers that the checker gives, on executors that are processes of their own."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from scopecheck import Checker, Program

pytest.importorskip("pyarrow", reason="needs the extra `arrow`")
pyspark = pytest.importorskip("pyspark", reason="needs the extra `spark`")

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

APP = "https://play.google.com/store/apps/details?id=com.e.app"
CHECKER = Checker(Program.from_assets(["*.e.com", APP], ["blog.e.com"]))
TEXTS = [
    "https://a.e.com/x",
    None,
    "https://blog.e.com/",
    "x.net",
    "https://a.e.com\\@evil.net/",
    "com.e.app",
    "é",
] * 3
ANSWERS = [
    (None, None, None)
    if text is None
    else (
        str((v := CHECKER.check_url(text)).decision),
        str(v.reason),
        v.matches[0].rule.id if v.matches else None,
    )
    for text in TEXTS
]
SETTINGS = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.executor.memory": "512m",
    "spark.sql.shuffle.partitions": "2",
    "spark.sql.adaptive.enabled": "false",
}

pytestmark = pytest.mark.skipif(
    shutil.which("java") is None and "JAVA_HOME" not in os.environ, reason="needs Java"
)


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    """Two executors of one core each, started by a master of this process."""
    from pyspark.sql import SparkSession

    folder = tmp_path_factory.mktemp("spark")
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("SPARK_HOME", str(Path(str(pyspark.__file__)).parent))
        patched.setenv("SPARK_WORKER_DIR", str(folder))
        patched.setenv("SPARK_LOCAL_DIRS", str(folder))
        patched.setenv("SPARK_LOCAL_IP", "127.0.0.1")
        patched.setenv("PYSPARK_PYTHON", sys.executable)
        patched.setenv("PYTHONPATH", os.pathsep.join(filter(None, sys.path)))
        builder = SparkSession.Builder().master("local-cluster[2,1,1024]").appName("scopecheck")
        for name, value in SETTINGS.items():
            builder = builder.config(name, value)
        opened = builder.getOrCreate()
        opened.sparkContext.setLogLevel("ERROR")
        yield opened
        opened.stop()


@pytest.fixture(scope="module")
def urls(session: SparkSession) -> DataFrame:
    rows = list(enumerate(TEXTS))
    return session.createDataFrame(rows, "n int, url string").repartition(4)


def test_with_answers_adds_three_columns(urls: DataFrame) -> None:
    from scopecheck.bulk.spark import with_answers

    found = with_answers(urls, "url", CHECKER)
    assert found.columns == ["n", "url", "scope_decision", "scope_reason", "scope_rule"]
    rows = sorted(tuple(row) for row in found.collect())
    assert rows == [(n, text, *answer) for (n, text), answer in zip(enumerate(TEXTS), ANSWERS, strict=True)]


def test_the_executors_answer(session: SparkSession, urls: DataFrame) -> None:
    """Not this process: the checker has to reach others, and to answer there as here."""
    from pyspark.sql.functions import udf

    from scopecheck.bulk.spark import with_answers

    pid = udf(lambda _: os.getpid(), "long", useArrow=False).asNondeterministic()
    found = with_answers(urls, "url", CHECKER).withColumn("pid", pid("n")).collect()
    workers = {row["pid"] for row in found}
    assert len(workers) > 1
    assert os.getpid() not in workers


def test_answers_is_a_function_of_columns_and_of_sql(session: SparkSession, urls: DataFrame) -> None:
    from scopecheck.bulk.kernel import BulkChecker
    from scopecheck.bulk.spark import TYPE, answers

    may_i: Any = answers(session, BulkChecker(CHECKER, door="check"))
    found = urls.select(may_i("url").alias("a")).where("a.decision = 'IN_SCOPE'")
    assert found.schema["a"].dataType == TYPE
    assert [row["a"]["reason"] for row in found.collect()] == [
        "included"
    ] * 6  # `com.e.app` is an app to `check`.
    session.udf.register("may_i", may_i)
    urls.createOrReplaceTempView("urls")
    counted = session.sql("select may_i(url).decision d, count(*) n from urls group by 1").collect()
    assert {row["d"]: row["n"] for row in counted}[None] == 3


def test_a_column_that_is_none_of_text_is_refused(urls: DataFrame) -> None:
    from scopecheck.bulk.spark import with_answers

    for name in ("n", "nothing"):
        with pytest.raises(ValueError, match=f"`{name}` is no column of text"):
            with_answers(urls, name, CHECKER)
    with pytest.raises(ValueError, match="the frame has a column `rule` already"):
        with_answers(urls.withColumnRenamed("n", "rule"), "url", CHECKER, prefix="")


def test_odd_names_of_columns_are_no_expressions(urls: DataFrame) -> None:
    from scopecheck.bulk.spark import with_answers

    odd = urls.withColumnRenamed("url", "the.`url`").withColumnRenamed("n", "scope_answer")
    found = with_answers(odd, "the.`url`", CHECKER)
    assert found.columns == ["scope_answer", "the.`url`", "scope_decision", "scope_reason", "scope_rule"]
    assert sorted(tuple(row)[2:] for row in found.collect() if row[0] == 0) == [ANSWERS[0]]
