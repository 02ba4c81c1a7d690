"""Mail: one message, composed here, over whichever way the operator has set up (SMTP, or Amazon SES)."""
