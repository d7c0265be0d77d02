// Counts the round trips that a client waits for: as many as its run would take times the round-trip time, were
// everything but the network free.
//
// Owned by the Proxy, one thread. Both sides have a clock, a number that only grows. What a side sends carries a stamp,
// and brings the receiver's clock up to it:
//
//     the client connects          its clock + 1 (it waits for the handshake); the stamp is the new clock
//     the client sends, or ends    the stamp is its clock
//     the server sends, or ends    the stamp is its clock + 1 (the client can't have it sooner than one round trip
//     later)
//
// So a question and its answer are one round trip however many segments they are; questions sent together are one
// together; an answer counts only where the client does something behind it, be it to close. The clocks are one for
// all connections: a client that opens a second one because of an answer on the first has waited for both.
//
// Whether the client had an answer before it sent something is seen where the proxy meets the client, so the proxy's
// delay should be longer than the client ever thinks between two things that it sends without waiting.
#pragma once

namespace netsane {

class TripCounter {
public:
    using Stamp = unsigned;

    Stamp clientConnects() noexcept;
    Stamp clientActs() noexcept; // it sends, or closes
    Stamp serverActs() const noexcept { return server_ + 1; }
    void clientLearns(Stamp stamp) noexcept;
    void serverLearns(Stamp stamp) noexcept;

    // The client's clock when it last did something.
    unsigned roundTrips() const noexcept { return last_act_; }

private:
    unsigned client_ = 0;
    unsigned server_ = 0;
    unsigned last_act_ = 0;
};

} // namespace netsane
