// Looks at one server as a frontend would, step by step, and notes all of it: connects, reads the greeting, encrypts,
// judges who the server is, asks for the login's conditions and for devices, and measures round trips.
//
// Made for one run; blocks, each step for as long as the settings' connect_timeout or 10 seconds. Changes nothing on
// the server (what it opens is a device that doesn't exist), and nothing here unless asked to pin. Says no password.
#pragma once

#include "client/ClientMethods.hxx"
#include "client/Connector.hxx"
#include "client/ServerTrust.hxx"
#include "protocol/Numbers.hxx"
#include "session/CryptTranscript.hxx"
#include "tool/probe/ProbeLink.hxx"
#include "tool/probe/ProbeReport.hxx"

#include <memory>
#include <optional>
#include <string>

namespace netsane {

struct ProbeOptions {
    ServerName server;
    ServerSettings settings;
    bool pin = false;
    // Named to the server to see its methods. That is a login that nobody finishes, and counts as a try there.
    std::string user;
};

class Prober {
public:
    // debug: what files and methods have to say.
    Prober(ProbeOptions options, DebugSink debug);

    // Whatever goes wrong is in the report.
    ProbeReport run();

private:
    using Clock = std::chrono::steady_clock;

    void connect();
    void greet();
    void chooseCrypt();
    void sayHello();
    void encrypt(const Method &method, std::uint32_t id);
    void noteStream();
    void checkTranscript(MessageView hello);
    void pin();
    void judge();
    void judgeCertificate();
    void talk();
    void measure();
    void countDevices();
    void seeLogin();
    void nameUser();
    void refuseMethod(std::uint32_t method);
    std::optional<MessageView> await(Command command);
    void noteHello(MessageView message);
    void find(std::string what, std::string advice);
    static Clock::time_point stepEnd() { return Clock::now() + std::chrono::seconds(10); }

    const ProbeOptions options_;
    const DebugSink debug_;
    ClientMethods methods_;
    const Clock::time_point started_; // the connect
    Connector connector_;
    std::optional<ServerTrust> trust_;
    CryptPolicy policy_ = CryptPolicy::require;
    std::unique_ptr<ProbeLink> link_; // ends before the methods that its stream is of
    CryptTranscript transcript_;
    PeerIdentity peer_;
    bool is_refused_ = false; // by frontends, for who it is
    ProbeReport report_;
    bool login_asked_ = false;
};

} // namespace netsane
