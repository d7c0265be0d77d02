#include "CryptServer.hxx"

#include "common/HostPasswordFile.hxx"

#include <stdexcept>
#include <utility>

namespace netsane {

namespace {

std::string_view textOf(const Seed &seed)
{
    return {seed.data(), seed.size() - 1};
}

} // namespace

CryptServer::CryptServer(const netsane_host_v1 &host, const netsane_auth_params_v1 &params)
    : host_(host), exchange_(params.exchange), user_(params.user), secrets_(makeHostMemory<Secrets>(host))
{
}

uint32_t CryptServer::step(netsane_auth_step_v1 &step)
{
    return std::exchange(asked_, true) ? judge(step) : ask(step);
}

uint32_t CryptServer::refuse(uint32_t verdict, const char *reason) const
{
    host_.set_reason(exchange_, reason);
    return verdict;
}

Seed CryptServer::drawSeed() const
{
    // a byte has four times as many values as the alphabet, so none is drawn more often than others
    static_assert(256 % seed_alphabet.size() == 0);
    std::array<unsigned char, 2> bytes{};
    if (host_.random(host_.host, bytes.data(), bytes.size()) != 0)
        throw std::runtime_error("no random bytes for the seeds");
    return {seed_alphabet[bytes[0] % seed_alphabet.size()], seed_alphabet[bytes[1] % seed_alphabet.size()], '\0'};
}

uint32_t CryptServer::ask(netsane_auth_step_v1 &step)
{
    {
        const HostPasswordFile file(host_);
        const UserTable::Lookup lookup = file.users().find(user_);
        // also for users who don't need it, as it takes time
        seeds_[0] = file.users().madeUpSeed(user_);
        if (!isDesForm(lookup.crypted))
            return refuse(NETSANE_VERDICT_NOT_APPLICABLE,
                          lookup.own ? "the stored password is of another scheme"
                                     : "nobody to be asked: treated like somebody with another scheme");
        lookup.crypted.copy(secrets_->stored.data(), des_form_bytes);
        if (lookup.own)
            lookup.crypted.copy(seeds_[0].data(), seeds_[0].size() - 1);
        found_ = lookup;
        found_.crypted = {};
    }
    seeds_[1] = drawSeed();
    seeds_[2] = drawSeed();
    for (size_t i = 0; i < seeds_.size(); ++i)
        fields_[i] = {seeds_[i].data(), seeds_[i].size()};
    step.out = fields_.data();
    step.out_count = static_cast<uint32_t>(fields_.size());
    return NETSANE_VERDICT_CONTINUE;
}

uint32_t CryptServer::judge(const netsane_auth_step_v1 &step)
{
    if (step.in_count != 2 || !isDesFormField(step.in[0]) || !isDesFormField(step.in[1]))
        return refuse(NETSANE_VERDICT_FAIL, "the reply isn't two strings of 13 characters");
    CryptWork work(host_);
    if (!computeResponses(work, secrets_->stored, textOf(seeds_[1]), textOf(seeds_[2]), secrets_->expected))
        return refuse(NETSANE_VERDICT_INTERNAL, "crypt(3) can't do DES");
    // both are looked at in every case: which one is wrong doesn't show in the time
    const int32_t first = host_.equal(host_.host, step.in[0].data, secrets_->expected.first.data(), des_form_bytes);
    const int32_t second = host_.equal(host_.host, step.in[1].data, secrets_->expected.second.data(), des_form_bytes);
    const bool same = (first & second) == 1;
    if (same && found_.usable)
        return NETSANE_VERDICT_OK;
    // who doesn't know the password of somebody who is locked is a case of its own
    return refuse(NETSANE_VERDICT_FAIL, refusalText(same || !found_.own ? found_.standing : Standing::Good));
}

} // namespace netsane
