# What is said of servers in the network: without Avahi, for everybody.
noinst_LTLIBRARIES += src/discovery/libdiscovery.la
src_discovery_libdiscovery_la_SOURCES = \
	src/discovery/FoundServer.cxx src/discovery/FoundServer.hxx \
	src/discovery/PublishedPlaces.cxx src/discovery/PublishedPlaces.hxx \
	src/discovery/ServiceText.cxx src/discovery/ServiceText.hxx

# With it: two programs, each alone with D-Bus.
if HAVE_AVAHI
noinst_LTLIBRARIES += src/discovery/libavahi_publisher.la
src_discovery_libavahi_publisher_la_SOURCES = \
	src/discovery/AvahiPublisher.cxx src/discovery/AvahiPublisher.hxx src/discovery/SimplePoll.hxx
src_discovery_libavahi_publisher_la_CPPFLAGS = $(AM_CPPFLAGS) $(AVAHI_CFLAGS)
src_discovery_libavahi_publisher_la_LIBADD = $(AVAHI_LIBS)

program_PROGRAMS += netsane-browse
netsane_browse_SOURCES = \
	src/discovery/AvahiBrowser.cxx src/discovery/AvahiBrowser.hxx src/discovery/SimplePoll.hxx \
	src/discovery/browse_main.cxx
netsane_browse_CPPFLAGS = $(AM_CPPFLAGS) $(AVAHI_CFLAGS)
netsane_browse_LDADD = src/discovery/libdiscovery.la src/os/libos.la src/util/libutil.la $(AVAHI_LIBS)
endif
EXTRA_DIST += \
	src/discovery/AvahiBrowser.cxx src/discovery/AvahiBrowser.hxx \
	src/discovery/AvahiPublisher.cxx src/discovery/AvahiPublisher.hxx \
	src/discovery/SimplePoll.hxx src/discovery/browse_main.cxx
