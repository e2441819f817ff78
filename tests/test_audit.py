"""L'audit des dépendances et leur inventaire : un service muet n'est pas un « aucune faille »."""

import json
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from recouvrement.environnement import RACINE
from tests.services import port_libre
from tests.test_exigences import exigences

# uv s'installe au besoin : la suite entière seulement.
pytestmark = [pytest.mark.services, pytest.mark.postgres]

AUDITER = """
. ./.ci/outils.sh
PY=$(trouve_python) && UV=$(trouve_uv "$PY") || exit 9
audite
"""


@contextmanager
def un_service_de_failles(*fautifs: str) -> Iterator[str]:
    """Il répond comme OSV, et ne connaît de failles qu'à `fautifs`."""

    class Service(BaseHTTPRequestHandler):
        def do_POST(self):
            demande = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            avis = {"id": "GHSA-essai", "modified": "2026-01-01T00:00:00Z"}
            self.repondre(
                {
                    "results": [
                        {"vulns": [avis]} if question["package"]["name"] in fautifs else {}
                        for question in demande["queries"]
                    ]
                }
            )

        def do_GET(self):
            self.repondre({"id": "GHSA-essai", "modified": "2026-01-01T00:00:00Z", "affected": []})

        def repondre(self, quoi: dict) -> None:
            octets = json.dumps(quoi).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(octets)))
            self.end_headers()
            self.wfile.write(octets)

        def log_message(self, *args) -> None:
            """Rien : la sortie des tests n'est pas un journal d'accès."""

    serveur = HTTPServer(("127.0.0.1", 0), Service)
    fil = Thread(target=serveur.serve_forever)
    fil.start()
    try:
        yield f"http://127.0.0.1:{serveur.server_port}"
    finally:
        serveur.shutdown()
        fil.join()
        serveur.server_close()


def auditer(service: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        ["sh", "-c", f"SERVICE_D_AUDIT={service}\n{AUDITER}"],
        cwd=RACINE,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_une_faille_publiee_est_un_echec_et_son_absence_porte_sur_tout_le_verrou():
    with un_service_de_failles() as service:
        sain = auditer(service)
    with un_service_de_failles("django") as service:
        fautif = auditer(service)

    assert sain.returncode == 0
    # uv compte aussi les bibliothèques d'autres plates-formes : au moins les nôtres.
    audites = int(re.search(r"Found no known vulnerabilities .* in (\d+) packages", sain.stderr)[1])
    assert audites >= len(exigences()) - 1
    assert fautif.returncode == 1
    assert "GHSA-essai" in fautif.stdout


def test_un_service_muet_n_est_pas_un_aucune_faille():
    muet = auditer(f"http://127.0.0.1:{port_libre()}")

    assert muet.returncode == 2
    assert "no known vulnerabilities" not in muet.stdout + muet.stderr


def test_l_inventaire_nomme_tout_ce_que_la_production_installe(tmp_path):
    fait = subprocess.run(
        [RACINE / ".ci/inventaire", tmp_path / "recouvrement.cdx.json"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert (fait.returncode, fait.stdout) == (0, ""), fait.stderr
    inventaire = json.loads((tmp_path / "recouvrement.cdx.json").read_text(encoding="utf-8"))
    assert (inventaire["bomFormat"], inventaire["specVersion"]) == ("CycloneDX", "1.5")
    composants = {c["name"]: c["version"] for c in inventaire["components"]}
    assert composants == {nom: version for nom, (version, _) in exigences().items()}
    assert all(c["externalReferences"][0]["hashes"] for c in inventaire["components"])
