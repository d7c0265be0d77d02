# plugins/auth/unix
