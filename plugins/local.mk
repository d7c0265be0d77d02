include plugins/auth/unix/local.mk
include plugins/crypt/none/local.mk
