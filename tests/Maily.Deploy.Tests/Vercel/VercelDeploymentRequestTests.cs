using Maily.Deploy.Deployments;
using Maily.Deploy.Vercel;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Maily.Deploy.Tests.Vercel;

public sealed class VercelDeploymentRequestTests
{
    [Fact]
    public void The_request_is_staged_production_with_the_marks_of_its_deployment()
    {
        var context = new DeploymentContext
        {
            Id = DeploymentId.Parse("20261123T195301Z-0123456-k7m2"), Environment = "production", Commit = "0123456789abcdef0123456789abcdef01234567",
            Log = NullLogger.Instance, Time = new FakeTimeProvider(), Folder = "/x",
        };

        VercelDeploymentRequest.For(new VercelProject { Id = "prj_x", Name = "maily-web" }, context, [new VercelFile("a.js", "da39", 3, 33188)], "v1").ToJson().ShouldBe(
            """
            {"name":"maily-web","project":"prj_x","target":"production","autoAssignCustomDomains":false,
            "files":[{"file":"a.js","sha":"da39","size":3,"mode":33188}],
            "meta":{"githubCommitSha":"0123456789abcdef0123456789abcdef01234567","mailyCommit":"0123456789abcdef0123456789abcdef01234567",
            "mailyDeployment":"20261123T195301Z-0123456-k7m2","mailyEnvironment":"production",
            "mailyFiles":"95c6131399df54886da8902949bf216bf4fdff352bcd68cd5641a62a3a73a84a","mailyVariables":"v1"},
            "env":{"MAILY_COMMIT":"0123456789abcdef0123456789abcdef01234567"},
            "build":{"env":{"MAILY_COMMIT":"0123456789abcdef0123456789abcdef01234567"}}}
            """.ReplaceLineEndings(""));
    }
}
