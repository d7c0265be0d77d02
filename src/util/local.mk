noinst_LTLIBRARIES += src/util/libutil.la
src_util_libutil_la_SOURCES = \
	src/util/ByteBuffer.cxx src/util/ByteBuffer.hxx \
	src/util/ByteOrder.hxx \
	src/util/JsonWriter.cxx src/util/JsonWriter.hxx \
	src/util/Printable.cxx src/util/Printable.hxx \
	src/util/PortNumber.hxx \
	src/util/Utf8.cxx src/util/Utf8.hxx
