from clients.lectures.doublons import Doublon, doublons_probables

__all__ = ["Doublon", "doublons_probables"]
