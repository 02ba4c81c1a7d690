"""The command-line client: everything over the management API, nothing of the gateway's own code but the API's words.

It runs where the gateway does not, so it imports none of the gateway's packages.
"""
