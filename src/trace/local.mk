# src/trace: recordings of sessions
noinst_LTLIBRARIES += src/trace/libtrace.la
src_trace_libtrace_la_SOURCES = \
	src/trace/Conversation.cxx src/trace/Conversation.hxx \
	src/trace/FieldWalk.cxx src/trace/FieldWalk.hxx \
	src/trace/ReplyFields.cxx \
	src/trace/TraceFile.cxx src/trace/TraceFile.hxx \
	src/trace/TraceField.hxx \
	src/trace/TraceFormat.cxx src/trace/TraceFormat.hxx \
	src/trace/TraceReader.cxx src/trace/TraceReader.hxx \
	src/trace/TraceRecorder.cxx src/trace/TraceRecorder.hxx
