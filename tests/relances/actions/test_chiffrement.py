"""Un chiffrement exigé : rien ne part en clair, ni chez un serveur que l'on ne reconnaît pas."""

import ssl
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from recouvrement.courriel.enums import EtatEnvoi
from recouvrement.courriel.transport.smtp import Injoignable, Transport
from tests.appuis.smtp import COURTS, un_serveur_smtp
from tests.relances.actions.test_envoi import envoyer, une_relance_prevue

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def certificat(tmp_path_factory):
    """Un certificat de « localhost » que seul ce test tient pour sûr."""
    dossier = tmp_path_factory.mktemp("certificat")
    clef = ec.generate_private_key(ec.SECP256R1())
    nom = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    debut = datetime(2026, 1, 1, tzinfo=UTC)
    signe = (
        x509.CertificateBuilder()
        .subject_name(nom)
        .issuer_name(nom)
        .public_key(clef.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(debut)
        .not_valid_after(debut + timedelta(days=36_500))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(clef, hashes.SHA256())
    )
    chemins = dossier / "localhost.pem", dossier / "localhost.clef"
    chemins[0].write_bytes(signe.public_bytes(Encoding.PEM))
    chemins[1].write_bytes(clef.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return chemins


def test_starttls_chiffre_le_dialogue_avant_toute_adresse(tmp_path, certificat):
    une_relance_prevue()
    with un_serveur_smtp(tmp_path, certificat=certificat, chiffrement="starttls") as puits:
        sur = ssl.create_default_context(cafile=str(certificat[0]))
        with Transport(puits.reglage, delais=COURTS, contexte=sur) as transport:
            assert envoyer(transport) == EtatEnvoi.ENVOYE
        [rcpt] = puits.lignes("rcpt")
        assert rcpt["chiffre"] is True
        assert len(puits.lignes()) == 1


def test_un_certificat_inconnu_ne_laisse_rien_partir(tmp_path, certificat):
    une_relance_prevue()
    with un_serveur_smtp(tmp_path, certificat=certificat, chiffrement="starttls") as puits:
        with pytest.raises(Injoignable, match="CERTIFICATE_VERIFY_FAILED"):
            envoyer(Transport(puits.reglage, delais=COURTS))
        assert puits.lignes() == puits.lignes("rcpt") == []
