"""Which vulnerabilities of locked packages stop a run: those that a newer version mends, unless a reason is given."""

import re

from tools import audit
from tools.audit import main, mendable


def report(*vulnerabilities):
    return {
        "dependencies": [
            {"name": "safe", "version": "1.0", "vulns": []},
            {"name": "unknown", "skip_reason": "not on the index"},
            {"name": "weak", "version": "2.0", "vulns": list(vulnerabilities)},
        ],
        "fixes": [],
    }


def vulnerability(id, *fixed_in, aliases=()):
    return {"id": id, "fix_versions": list(fixed_in), "aliases": list(aliases), "description": ""}


def test_what_a_newer_version_mends_is_named_with_that_version():
    found = report(vulnerability("PYSEC-1", "2.1", "3.0"), vulnerability("PYSEC-2"))

    assert list(mendable(found, {})) == ["weak 2.0 has PYSEC-1, mended in 2.1 or 3.0: move its lock"]


def test_what_is_accepted_under_any_of_its_names_passes():
    found = report(vulnerability("PYSEC-1", "2.1", aliases=["CVE-9"]))

    assert list(mendable(found, {"CVE-9": "its server is never started"})) == []


def test_where_nobody_tells_of_vulnerabilities_nothing_fails_and_that_is_said(capsys):
    assert main() == 0  # pip-audit has an environment of its own, which this is not
    assert capsys.readouterr().out.startswith("Not audited (")


def test_the_first_package_is_asked_about_without_its_hashes(monkeypatch):
    """A line of the lock that goes on in the next would be no requirement by itself."""
    asked = []

    def audited(requirements):
        asked.append(requirements.read_text())
        return {"dependencies": [{"name": "a", "skip_reason": "nobody knows"}]}

    monkeypatch.setattr(audit, "_audited", audited)

    assert main() == 0
    assert re.fullmatch(r"[a-z0-9-]+==[0-9.]+", asked[0])
