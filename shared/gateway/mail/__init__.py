"""Mail: one message, composed here, over whichever way the operator has set up (SMTP, or Amazon SES).

What a mail says belongs to whoever sends it: ``admin.texts`` and ``gateway.reminders``.
"""
