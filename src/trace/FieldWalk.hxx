// Goes through the fields of one message and gives each its name.
//
// A local object. Nothing here fails: a field that isn't as it should be is there with its length, and those behind the
// last that is known are "more". So it is safe for what a hostile peer says, and for a hostile recording.
#pragma once

#include "protocol/Numbers.hxx"
#include "trace/TraceField.hxx"

#include <functional>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

namespace netsane {

class FieldWalk {
public:
    // Whether a text that is an option's value may be told.
    using IsListed = std::function<bool(std::string_view)>;

    // fields: those behind the command.
    explicit FieldWalk(std::span<const FieldBytes> fields) noexcept : left_(fields) {}

    bool atEnd() const noexcept { return left_.empty(); }

    // Names the next field, if there is one. What it is as a number, where it is one and is there.
    std::optional<std::uint32_t> take(std::string_view name, FieldForm form);

    // The same for a field that no recording has.
    void takeSecret(std::string_view name);

    // The number of a method of login. No recording has one that can't be: it may be four letters of a password.
    void takeMethod();

    // The rest: names what protocol.md doesn't know.
    void takeRest();
    void takeSecrets(std::string_view name);

    // The next fields are of this group.
    void setGroup(std::string_view group, std::uint32_t index) noexcept
    {
        group_ = group;
        index_ = index;
    }
    void leaveGroup() noexcept { group_ = {}; }

    // What several messages have in common (protocol.md §7.1, §7.5, §7.8, §7.12).
    void takeDescriptor();
    void takeDescriptors();
    void takeValue(std::optional<std::uint32_t> type, const IsListed &is_listed);
    void takeParameters();
    void takeTold(const IsListed &is_listed);
    void takeChanged(const IsListed &is_listed);

    // The text of the field that was named last, "" if it is none.
    std::string_view lastText() const noexcept;

    NamedFields takeNamed() noexcept { return std::move(named_); }
    const NamedFields &named() const noexcept { return named_; }

private:
    void add(std::string_view name, FieldForm form, bool is_public);
    void takeConstraint(std::optional<std::uint32_t> constraint, FieldForm word);

    std::span<const FieldBytes> left_;
    NamedFields named_;
    std::string_view group_;
    std::uint32_t index_ = 0;
};

} // namespace netsane
