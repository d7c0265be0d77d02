# plugins/crypt/none
