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
