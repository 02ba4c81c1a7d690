"""Who somebody is: sessions, passwords and second factors, passkeys, login providers, new accounts."""
