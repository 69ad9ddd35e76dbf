using System.Text.Json.Nodes;
using Maily.Deploy.Kubernetes.Manifests;
using Maily.Deploy.Processes;
using Maily.Deploy.Sandbox.ArgoCd;

namespace Maily.Deploy.Rehearsals.Platform;

/// <summary>What a region's cluster has of Argo CD's is what the sandbox deploys through.</summary>
public sealed class ArgoCdManifestTests
{
    const string Repository = "https://github.com/maily/manifests.git";

    [Fact]
    public void Each_region_has_an_Application() =>
        Directory.GetDirectories(PlatformFolder.Path("argocd", "regions")).Select(Path.GetFileName).Order(StringComparer.Ordinal)
            .ShouldBe(Directory.GetDirectories(PlatformFolder.Path("kubernetes", "regions")).Select(Path.GetFileName).Order(StringComparer.Ordinal));

    [Theory]
    [InlineData("eu-west-1")]
    [InlineData("us-east-1")]
    public async Task The_project_and_the_Application_are_those_of_the_sandbox(string region)
    {
        var text = await Tool.RunOrSkipAsync(CommandLine.Of("kubectl", "kustomize", PlatformFolder.Path("argocd", "regions", region)), TestContext.Current.CancellationToken);
        var objects = ManifestYaml.Parse(text).ToDictionary(item => item.Kind, item => (JsonNode)item.ToJson());

        var options = new ArgoCdOptions { KubeconfigPath = "", Folder = "", RepositoryUrl = Repository };
        JsonNode.DeepEquals(objects["AppProject"], ArgoInstallation.Project(Repository)).ShouldBeTrue(objects["AppProject"].ToJsonString());
        JsonNode.DeepEquals(objects["Application"], ArgoInstallation.Application(region, options)).ShouldBeTrue(objects["Application"].ToJsonString());
    }
}
