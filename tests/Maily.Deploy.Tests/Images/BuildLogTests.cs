using Docker.DotNet.Models;
using Maily.Deploy.Images;
using Maily.Deploy.Images.Progress;
using Microsoft.Extensions.Logging.Abstractions;

namespace Maily.Deploy.Tests.Images;

public sealed class BuildLogTests
{
    [Fact]
    public void The_failing_instruction_and_the_last_lines_are_kept()
    {
        using var progress = new ImageProgress(NullLogger.Instance, "api", TimeProvider.System);
        var log = new BuildLog(progress);
        log.Report(new JSONMessage { Stream = "Step 1/2 : FROM scratch\n" });
        for (var line = 0; line < 30; line++)
            log.Report(new JSONMessage { Stream = $"line {line}\n" });
        log.Report(new JSONMessage { Stream = "Step 2/2 : RUN false\n" });
        log.Report(new JSONMessage { Error = new JSONError { Message = "returned a non-zero code: 1" }, ErrorMessage = "other" });

        log.Instruction.ShouldBe("Step 2/2 : RUN false");
        log.Step.ShouldBe(2);
        log.Error.ShouldBe("returned a non-zero code: 1");
        log.Tail.Split(Environment.NewLine).Length.ShouldBe(20);
        log.Tail.ShouldNotContain("line 10");
    }

    [Theory]
    [InlineData("unauthorized: authentication required", false)]
    [InlineData("denied: requested access to the resource is denied", false)]
    [InlineData("EOF", true)]
    [InlineData("received unexpected HTTP status: 503 Service Unavailable", true)]
    public void A_push_is_tried_again_only_where_that_may_help(string error, bool transient) =>
        new ImagePushException("ghcr.io/maily/api:c-1", error, "").IsTransient.ShouldBe(transient);
}
