// Feeds a recording, in pieces, to a view. Owned by who shows it.
#pragma once

#include "tool/trace/TraceView.hxx"
#include "trace/Conversation.hxx"
#include "trace/TraceReader.hxx"

#include <span>
#include <string>

namespace netsane {

class TracePlayer {
public:
    explicit TracePlayer(TraceView &view) noexcept : view_(view) {}

    // Takes the next bytes of the file and appends what is to be shown of them. Throws TraceError; what could be shown
    // has been appended then.
    void play(std::span<const std::byte> bytes, std::string &out)
    {
        reader_.push(bytes);
        if (!has_begun_ && !begin(out))
            return;
        while (const auto record = reader_.next())
            show(*record, out);
    }

    // The file has ended. Throws TraceError where it ends too early, behind all else.
    void end(std::string &out)
    {
        view_.end(out);
        reader_.end();
    }

private:
    bool begin(std::string &out)
    {
        const auto &header = reader_.header();
        if (!header)
            return false;
        has_begun_ = true;
        view_.begin(*header, out);
        return true;
    }

    void show(const TraceRecord &record, std::string &out)
    {
        NamedFields fields;
        if (record.kind == TraceKind::message)
            fields = conversation_.next(record.speaker, record.command, record.fields);
        else if (record.kind == TraceKind::switched)
            conversation_.switched();
        view_.show(record, fields, out);
    }

    TraceView &view_;
    TraceReader reader_;
    Conversation conversation_;
    bool has_begun_ = false;
};

} // namespace netsane
