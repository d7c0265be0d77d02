# src/config
noinst_LTLIBRARIES += src/config/libconfig_client.la
src_config_libconfig_client_la_SOURCES = \
	src/config/ClientConfig.cxx src/config/ClientConfig.hxx \
	src/config/ServerName.cxx src/config/ServerName.hxx
