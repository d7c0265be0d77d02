noinst_LTLIBRARIES += src/protocol/libprotocol.la
src_protocol_libprotocol_la_SOURCES = \
	src/protocol/ConnectionMessages.cxx src/protocol/ConnectionMessages.hxx \
	src/protocol/DeviceMessages.hxx \
	src/protocol/DeviceReplies.cxx \
	src/protocol/DeviceRequests.cxx \
	src/protocol/Numbers.hxx \
	src/protocol/OptionDescriptor.cxx src/protocol/OptionDescriptor.hxx \
	src/protocol/OutstandingRequests.hxx \
	src/protocol/Parameters.cxx src/protocol/Parameters.hxx \
	src/protocol/ToldState.cxx src/protocol/ToldState.hxx
src_protocol_libprotocol_la_LIBADD = src/wire/libwire.la
