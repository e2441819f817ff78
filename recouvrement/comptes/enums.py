from django.db import models


class Role(models.TextChoices):
    """Ce qu'une personne peut faire chez un créancier ; chaque rôle couvre les précédents."""

    LECTURE = "lecture", "Lecture"
    ASSISTANTE = "assistante", "Assistante"
    GESTIONNAIRE = "gestionnaire", "Gestionnaire"

    def couvre(self, exige: "Role") -> bool:
        ordre = list(Role)
        return ordre.index(self) >= ordre.index(exige)


class ModeIntervention(models.TextChoices):
    """Les trois façons d'agir pour un créancier (CPCE R124-1 et s.)."""

    INTERNE = "interne", "Interne"
    SECRETARIAT = "secretariat", "Secrétariat"
    MANDATAIRE = "mandataire", "Mandataire déclaré"


class ZoneFeries(models.TextChoices):
    """Là où les jours fériés diffèrent : rien ne part un jour chômé chez le créancier."""

    METROPOLE = "metropole", "Métropole"
    ALSACE_MOSELLE = "alsace-moselle", "Alsace et Moselle"
    GUADELOUPE = "guadeloupe", "Guadeloupe"
    MARTINIQUE = "martinique", "Martinique"
    GUYANE = "guyane", "Guyane"
    REUNION = "reunion", "La Réunion"
    MAYOTTE = "mayotte", "Mayotte"
    SAINT_BARTHELEMY = "saint-barthelemy", "Saint-Barthélemy"
    SAINT_MARTIN = "saint-martin", "Saint-Martin"
    SAINT_PIERRE_ET_MIQUELON = "saint-pierre", "Saint-Pierre-et-Miquelon"

    @classmethod
    def du_code_postal(cls, code_postal: str) -> "ZoneFeries":
        """Celle que dit le code postal ; au doute, la métropole."""
        for prefixe, zone in PREFIXES.items():
            if code_postal.startswith(prefixe):
                return cls(zone)
        return cls.METROPOLE


# Saint-Barthélemy et Saint-Martin ont gardé des codes postaux de la Guadeloupe.
PREFIXES = {
    **dict.fromkeys(("57", "67", "68"), "alsace-moselle"),
    **{"97133": "saint-barthelemy", "97150": "saint-martin", "971": "guadeloupe"},
    **{"972": "martinique", "973": "guyane", "974": "reunion"},
    **{"975": "saint-pierre", "976": "mayotte"},
}
