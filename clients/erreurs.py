from recouvrement.socle.erreurs import ErreurMetier


class CodeClientPris(ErreurMetier):
    message = "Ce code client existe déjà."


class CoordonneeConnue(ErreurMetier):
    message = "Cette coordonnée est déjà connue pour ce contact."


class FusionImpossible(ErreurMetier):
    message = "Ces deux clients ne peuvent pas être réunis."


class SuspensionImpossible(ErreurMetier):
    message = "La reprise doit suivre la suspension."


class ClientFusionne(ErreurMetier):
    message = "Ce client a été réuni avec un autre : travaillez sur la fiche qui reste."


class ClientEfface(ErreurMetier):
    message = "Les données de ce client ont été effacées : ouvrez une nouvelle fiche."


class NatureDejaDite(ErreurMetier):
    message = "C'est déjà la nature connue."
