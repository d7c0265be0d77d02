# src/config: the server's half
noinst_LTLIBRARIES += src/config/libconfig_server.la
src_config_libconfig_server_la_SOURCES = \
	src/config/AccessRules.cxx src/config/AccessRules.hxx \
	src/config/CertificateFiles.cxx src/config/CertificateFiles.hxx \
	src/config/CidrPrefix.cxx src/config/CidrPrefix.hxx \
	src/config/ConfigError.hxx \
	src/config/ConfigReload.cxx src/config/ConfigReload.hxx \
	src/config/ControlSocketPath.cxx src/config/ControlSocketPath.hxx \
	src/config/GroupFile.cxx src/config/GroupFile.hxx \
	src/config/ServerConfig.cxx src/config/ServerConfig.hxx \
	src/config/SystemGroups.cxx src/config/SystemGroups.hxx \
	src/config/TomlSection.cxx src/config/TomlSection.hxx
src_config_libconfig_server_la_CPPFLAGS = $(AM_CPPFLAGS) $(TOMLPLUSPLUS_CFLAGS)
src_config_libconfig_server_la_LIBADD = $(TOMLPLUSPLUS_LIBS)

# src/config
noinst_LTLIBRARIES += src/config/libconfig_client.la
src_config_libconfig_client_la_SOURCES = \
	src/config/ClientConfig.cxx src/config/ClientConfig.hxx \
	src/config/ClientLogins.cxx src/config/ClientLogins.hxx \
	src/config/ConfigWords.cxx src/config/ConfigWords.hxx \
	src/config/KnownServers.cxx src/config/KnownServers.hxx \
	src/config/ServerName.cxx src/config/ServerName.hxx
