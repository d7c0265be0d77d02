noinst_LTLIBRARIES += src/event/libevent_loop.la
src_event_libevent_loop_la_SOURCES = \
	src/event/EventLoop.cxx src/event/EventLoop.hxx \
	src/event/Watch.cxx src/event/Watch.hxx
src_event_libevent_loop_la_CXXFLAGS = $(AM_CXXFLAGS) $(EVENT_CFLAGS)
src_event_libevent_loop_la_LIBADD = $(EVENT_LIBS)
