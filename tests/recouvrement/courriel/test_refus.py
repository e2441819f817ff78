"""Le refus d'un serveur n'est pas la faute du débiteur : seule une boîte qui n'est pas l'est."""

import os
import re
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from recouvrement.courriel.enums import CauseRefus
from recouvrement.courriel.regles.refus import classer
from recouvrement.courriel.transport.smtp import Refus

TEXTES = [
    # Nous, pas la boîte.
    (550, "5.7.1 Client host [192.0.2.1] blocked using zen.spamhaus.org", "politique"),
    (550, "5.7.606 Access denied, banned sending IP [198.51.100.222]", "politique"),
    (550, "5.7.1 <a@b.fr>: Relay access denied", "politique"),
    (550, "relaying denied", "politique"),
    (550, "Relai interdit", "politique"),
    (550, "Message rejeté : adresse IP en liste noire", "politique"),
    (554, "5.7.9 Message not accepted for policy reasons", "politique"),
    (550, "5.2.0 Mail rejete. Mail rejected. OFR_506 [506]", "politique"),
    (554, "email rejected due to security policies", "politique"),
    (554, "Host network not allowed", "politique"),
    (550, "5.1.1 Recipient rejected, sender listed at Spamhaus DNSBL", "politique"),
    (550, "5.4.5 Daily sending quota exceeded", "politique"),
    (550, "Trop de messages envoyés, quota d'envoi atteint", "politique"),
    (550, "5.1.8 Sender address rejected: Domain not found", "politique"),
    # La boîte.
    (550, "5.1.1 <userunknown@example.org>... User unknown", "adresse"),
    (550, "5.1.1 Adresse d au moins un destinataire invalide. OFR_416 [416]", "adresse"),
    (550, "5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found", "adresse"),
    (550, "5.1.6 recipient no longer on server: a@b.fr", "adresse"),
    (550, "5.2.1 The email account that you tried to reach is disabled", "adresse"),
    (550, "No such user here", "adresse"),
    (550, "Utilisateur inconnu", "adresse"),
    (550, "Cette boîte n'existe pas", "adresse"),
    (550, "5.0.0 The account that you tried to reach does not exist", "adresse"),
    # Pleine.
    (552, "5.2.2 E4.12 user MAILBOX FULL", "boite_pleine"),
    (550, "Boîte aux lettres pleine", "boite_pleine"),
    (552, "Action aborted: exceeded storage allocation, user over quota", "boite_pleine"),
    # Le serveur.
    (550, "5.3.0 Other mail system problem", "passager"),
    (550, "5.4.4 Host not found", "passager"),
    (451, "4.7.1 Greylisted, please try again", "passager"),
    (535, "5.7.8 Authentication credentials invalid", "identification"),
    (530, "5.7.0 Authentication required", "identification"),
    (550, "Authentification requise", "identification"),
    # Sans raison : l'adresse n'y est pour rien.
    (550, "Requested action not taken", "inconnu"),
    (550, "", "inconnu"),
]  # fmt: skip


@pytest.mark.parametrize(("code", "texte", "cause"), TEXTES)
def test_chaque_refus_a_sa_cause(code, texte, cause):
    assert classer(code, texte, etape="destinataire") == cause
    assert Refus(code, texte, etape="destinataire").adresse_morte is (cause == "adresse")


@pytest.mark.parametrize("etape", ["expediteur", "data"])
def test_hors_de_rcpt_aucun_refus_ne_condamne_l_adresse(etape):
    for code, texte, _ in TEXTES:
        assert classer(code, texte, etape=etape) not in (
            CauseRefus.ADRESSE,
            CauseRefus.BOITE_PLEINE,
        )


REBONDS = Path(os.environ.get("DONNEES_ESSAI", "DONNEES_ESSAI-non-dit")) / "courriels" / "rebonds"
DIAGNOSTIC = re.compile(r"(5\d\d)[ -]+(.*)", re.DOTALL)


@pytest.mark.donnees_reelles
def test_les_rebonds_reels_se_classent_comme_leur_code_le_dit():
    vus = 0
    for fichier in sorted(REBONDS.glob("*.eml")):
        for partie in message_from_bytes(fichier.read_bytes(), policy=policy.compat32).walk():
            trouve = DIAGNOSTIC.search(" ".join(str(partie.get("Diagnostic-Code", "")).split()))
            if trouve is None:
                continue
            vus += 1
            cause = classer(int(trouve[1]), trouve[2], etape="destinataire")
            etendu = re.match(r"5\.(\d+)\.(\d+)", trouve[2])
            if etendu and etendu[1] == "7":
                assert cause in (CauseRefus.POLITIQUE, CauseRefus.IDENTIFICATION), trouve[0]
            if etendu and etendu.groups() == ("1", "1"):
                assert cause == CauseRefus.ADRESSE, trouve[0]
            if etendu and etendu.groups() == ("2", "2"):
                assert cause == CauseRefus.BOITE_PLEINE, trouve[0]
    assert vus >= 15
