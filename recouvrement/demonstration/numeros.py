"""Des identifiants qui passent les contrôles et ne sont à personne."""

from random import Random

from stdnum import luhn

# Les plages que l'ARCEP réserve à la fiction, au format international.
PLAGES = {
    "01": "+3319900",
    "02": "+3326191",
    "03": "+3335301",
    "04": "+3346571",
    "05": "+3353649",
    "06": "+3363998",
}
# Aucun SIREN n'est attribué sous ce préfixe, aucune banque n'a ce code.
SIREN_FICTIF = "000"
BANQUE_FICTIVE = "99999"


def siren(alea: Random) -> str:
    debut = SIREN_FICTIF + f"{alea.randrange(10_000, 100_000)}"
    return debut + luhn.calc_check_digit(debut)


def siret(siren: str) -> str:
    debut = f"{siren}0001"
    return debut + luhn.calc_check_digit(debut)


def tva(siren: str) -> str:
    return f"FR{(12 + 3 * (int(siren) % 97)) % 97:02}{siren}"


def iban(alea: Random) -> str:
    guichet, compte = f"{alea.randrange(100_000):05}", f"{alea.randrange(10**11):011}"
    cle_rib = 97 - (89 * int(BANQUE_FICTIVE) + 15 * int(guichet) + 3 * int(compte)) % 97
    bban = f"{BANQUE_FICTIVE}{guichet}{compte}{cle_rib:02}"
    # F vaut 15 et R vaut 27 dans le calcul de la clé.
    return f"FR{98 - int(f'{bban}152700') % 97:02}{bban}"


def telephone(alea: Random, indicatif: str) -> str:
    return f"{PLAGES[indicatif]}{alea.randrange(10_000):04}"
