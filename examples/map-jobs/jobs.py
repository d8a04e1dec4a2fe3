"""The Python tasks of the flow run-all-jobs: no Spark in them, and yet Spark runs them side by side."""

import pandas as pd


def create_jobs(n: int) -> pd.DataFrame:
    """A row for each job: its number, and the limit below which it counts prime numbers."""
    return pd.DataFrame({"job": range(n), "limit": [20_000 * (job + 1) for job in range(n)]})


def run_one_job(df: pd.DataFrame) -> pd.DataFrame:
    """Count the primes below each row's limit. `df` has as many rows as `map.partition` says: here one."""
    return df.assign(primes=[primes_below(limit) for limit in df.limit], batch_size=len(df))


def primes_below(limit: int) -> int:
    """The sieve of Eratosthenes."""
    sieve = bytearray([1]) * limit
    sieve[:2] = b"\0\0"
    for number in range(2, int(limit**0.5) + 1):
        if sieve[number]:
            sieve[number * number :: number] = bytes(len(range(number * number, limit, number)))
    return sum(sieve)
