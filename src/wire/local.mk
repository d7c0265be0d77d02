noinst_LTLIBRARIES += src/wire/libwire.la
src_wire_libwire_la_SOURCES = \
	src/wire/FrameDecoder.cxx src/wire/FrameDecoder.hxx \
	src/wire/FrameEncoder.cxx src/wire/FrameEncoder.hxx \
	src/wire/Message.hxx \
	src/wire/MessageReader.cxx src/wire/MessageReader.hxx \
	src/wire/ProtocolError.hxx \
	src/wire/WireLimits.hxx
src_wire_libwire_la_LIBADD = src/util/libutil.la
