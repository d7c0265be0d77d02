# plugins/auth/pam
if HAVE_PAM
plugin_LTLIBRARIES += auth_pam.la
auth_pam_la_SOURCES = \
	plugins/auth/pam/auth_pam.cxx \
	plugins/auth/common/Boundary.hxx \
	plugins/auth/common/HostResources.hxx \
	plugins/auth/pam/PamClient.cxx plugins/auth/pam/PamClient.hxx \
	plugins/auth/pam/PamConfig.cxx plugins/auth/pam/PamConfig.hxx \
	plugins/auth/pam/PamConversation.cxx plugins/auth/pam/PamConversation.hxx \
	plugins/auth/pam/PamJudgement.cxx plugins/auth/pam/PamJudgement.hxx \
	plugins/auth/pam/PamMessages.cxx plugins/auth/pam/PamMessages.hxx \
	plugins/auth/pam/PamServer.cxx plugins/auth/pam/PamServer.hxx \
	plugins/auth/pam/PamThread.cxx plugins/auth/pam/PamThread.hxx \
	plugins/auth/pam/PamTransaction.cxx plugins/auth/pam/PamTransaction.hxx
auth_pam_la_CPPFLAGS = $(AM_CPPFLAGS) $(method_cppflags)
auth_pam_la_CXXFLAGS = $(AM_CXXFLAGS) $(PAM_CFLAGS)
auth_pam_la_LDFLAGS = $(AM_LDFLAGS) $(netsane_module_ldflags)
auth_pam_la_LIBADD = $(PAM_LIBS)
endif
