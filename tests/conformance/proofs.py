"""How proofs are named: @proves ("server-3 real-16", "what is proven"). See prove.py."""


class Proofs(list):
    """The PROOFS of one file"""

    def proves(self, statements, what, alone=None, last=False):
        """@alone: options of the server of its own: after how many ms it gives a media node up, 'mediasoup'"""
        def take(function):
            function.title = f"{statements} {what}"
            function.alone = alone
            function.last = last
            self.append(function)
            return function

        return take
