using Docker.DotNet.Models;
using Maily.Deploy.Images.Progress;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Maily.Deploy.Tests.Images;

public sealed class ImageProgressTests
{
    readonly FakeTimeProvider time = new();
    readonly LogLines lines = new(LogLevel.Information);

    [Fact]
    public void Each_step_is_said_and_one_that_takes_long_says_what_it_does()
    {
        using var progress = new ImageProgress(lines, "api", time);
        var log = new BuildLog(progress);
        log.Report(new JSONMessage { Stream = "Step 1/2 : FROM scratch\n" });
        log.Report(new JSONMessage { Stream = "Step 2/2 : RUN make\n" });
        log.Report(new JSONMessage { Stream = "compiling one.c\n" });
        time.Advance(TimeSpan.FromSeconds(10));
        time.Advance(TimeSpan.FromSeconds(10));

        lines.All.ShouldBe(
        [
            "api: step 1/2, FROM scratch", "api: step 2/2, RUN make",
            "api: step 2/2, RUN make, for 10 s: compiling one.c", "api: step 2/2, RUN make, for 20 s: compiling one.c",
        ]);
    }

    [Fact]
    public void A_push_says_how_much_of_how_much_has_been_sent()
    {
        using var progress = new ImageProgress(lines, "api", time);
        var log = new BuildLog(progress);
        log.Report(new JSONMessage { ID = "aa", Status = "Layer already exists" });
        log.Report(new JSONMessage { ID = "bb", Status = "Pushing", Progress = new JSONProgress { Current = 30_000_000, Total = 120_000_000 } });
        time.Advance(ImageProgress.Pulse);

        lines.All.ShouldBe(["api: 1 of 2 layers, 30.0 MB of 120.0 MB sent, for 10 s"]);
    }

    [Fact]
    public void Nothing_is_said_when_it_is_over()
    {
        new ImageProgress(lines, "api", time).Dispose();
        time.Advance(TimeSpan.FromMinutes(5));

        lines.All.ShouldBeEmpty();
    }
}
