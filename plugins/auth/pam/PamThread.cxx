#include "PamThread.hxx"

#include <utility>

namespace netsane {

namespace {

constexpr std::chrono::seconds unwind_time{1};

}

PamThread::PamThread(PamRequest request)
    : transaction_(std::make_shared<PamTransaction>(std::move(request))),
      thread_([transaction = transaction_] { transaction->run(); })
{
}

PamThread::~PamThread()
{
    PamConversation &conversation = transaction_->conversation();
    conversation.end();
    const auto end = PamConversation::Clock::now() + unwind_time;
    if (conversation.wait(end) == PamConversation::Event::Finished)
        thread_.join();
    else
        thread_.detach();
}

} // namespace netsane
