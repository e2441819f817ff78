from relances.models.appel import Appel, Promesse
from relances.models.courrier import Courrier, MiseEnDemeure
from relances.models.fin import FinDeScenario
from relances.models.relance import Relance, RelanceFacture
from relances.models.scenario import Etape, Scenario

__all__ = [
    "Appel",
    "Courrier",
    "Etape",
    "FinDeScenario",
    "MiseEnDemeure",
    "Promesse",
    "Relance",
    "RelanceFacture",
    "Scenario",
]
