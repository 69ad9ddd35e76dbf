using System.Text.Json.Nodes;
using Maily.Deploy.GitOps;
using Maily.Deploy.Kubernetes;
using Maily.Deploy.Kubernetes.Manifests;
using Maily.Deploy.Validation;
using Microsoft.Extensions.Time.Testing;

namespace Maily.Deploy.Tests.GitOps;

/// <summary>What Validate says of Applications and AppProjects.</summary>
public sealed class RulesTests
{
    const string Url = "https://github.com/maily/manifests.git";

    static readonly RegionSpec Region = new() { Name = "eu", Context = "eu", Overlay = "/" };
    static readonly GitOpsSettings Settings = new() { Repository = new() { Url = Url } };

    [Fact]
    public void An_Application_as_this_repository_has_it_passes() => Judge(Application()).ShouldBe(CheckResult.Pass("maily-eu follows regions/eu by itself"));

    [Fact]
    public void One_that_is_missing_is_named_with_the_command_that_makes_it()
    {
        var result = Judge(null);
        result.Outcome.ShouldBe(CheckOutcome.Failed);
        result.Remedy.ShouldContain("apply -k src/Platform/argocd/regions/eu");
    }

    [Theory]
    [InlineData("spec.source.repoURL", "\"https://github.com/maily/other.git\"", "it follows https://github.com/maily/other.git")]
    [InlineData("spec.source.targetRevision", "\"HEAD\"", "it follows HEAD, not the branch main")]
    [InlineData("spec.source.path", "\"regions/us\"", "it follows the folder regions/us")]
    [InlineData("spec.source.kustomize", "{\"images\":[\"a=b\"]}", "changes what it reads")]
    [InlineData("spec.sources", "[{}]", "several sources")]
    [InlineData("spec.destination.server", "\"https://elsewhere\"", "it leads to https://elsewhere")]
    [InlineData("spec.destination.namespace", "\"other\"", "the namespace other")]
    [InlineData("spec.syncPolicy.automated.prune", "false", "without pruning")]
    [InlineData("spec.syncPolicy.automated.allowEmpty", "true", "remove everything by itself")]
    [InlineData("status.reconciledAt", "null", "never looked at it")]
    public void What_would_break_a_deployment_fails(string path, string value, string fact)
    {
        var result = Judge(With(Application(), path, value));

        result.Outcome.ShouldBe(CheckOutcome.Failed);
        result.Fact.ShouldContain(fact);
        result.Remedy.ShouldNotBeEmpty();
    }

    [Theory]
    [InlineData("spec.syncPolicy.syncOptions", "[]", "applies client-side")]
    [InlineData("status.reconciledAt", "\"1999-12-31T00:00:00Z\"", "looked at it last at 1999-12-31")]
    [InlineData("operation", "{}", "it is syncing")]
    public void What_is_only_odd_warns(string path, string value, string fact)
    {
        var result = Judge(With(Application(), path, value));

        result.Outcome.ShouldBe(CheckOutcome.Warning);
        result.Fact.ShouldContain(fact);
    }

    [Fact]
    public void Without_automated_sync_deployments_sync() =>
        Judge(With(Application(), "spec.syncPolicy.automated", "null")).ShouldBe(CheckResult.Pass("maily-eu follows regions/eu, synced by deployments"));

    [Theory]
    [InlineData(null, "permits 2 kinds")]
    [InlineData("spec.sourceRepos=[\"https://github.com/maily/*\"]", "permits 2 kinds")]
    [InlineData("spec.sourceRepos=[\"*\",\"!https://github.com/maily/*\"]", "does not permit https://github.com/maily/manifests.git")]
    [InlineData("spec.sourceRepos=[\"https://elsewhere\"]", "does not permit https://github.com/maily/manifests.git")]
    [InlineData("spec.destinations=[{\"server\":\"*\",\"namespace\":\"other\"}]", "does not permit the namespace maily")]
    [InlineData("spec.clusterResourceWhitelist=[]", "does not permit Namespace")]
    [InlineData("spec.namespaceResourceWhitelist=[{\"group\":\"apps\",\"kind\":\"StatefulSet\"}]", "does not permit Deployment.apps")]
    [InlineData("spec.namespaceResourceBlacklist=[{\"group\":\"*\",\"kind\":\"Deployment\"}]", "does not permit Deployment.apps")]
    public void A_project_permits_what_a_release_brings_or_the_first_thing_that_it_does_not_is_named(string? change, string fact)
    {
        var json = Json("""{"apiVersion":"argoproj.io/v1alpha1","kind":"AppProject","metadata":{"name":"maily"},"spec":{"sourceRepos":["https://github.com/maily/manifests"],"destinations":[{"server":"https://kubernetes.default.svc","namespace":"maily"}],"clusterResourceWhitelist":[{"group":"","kind":"Namespace"}],"namespaceResourceWhitelist":[{"group":"apps","kind":"*"}]}}""");
        var project = change?.Split('=', 2) is [var path, var value] ? With(json, path, value) : json;

        var result = ProjectRules.Judge(new KubernetesObject(project), "maily", Settings.Repository, [("", "Namespace", null), ("apps", "Deployment", "maily")]);

        result.Fact.ShouldContain(fact);
        result.Outcome.ShouldBe(fact.StartsWith("permits", StringComparison.Ordinal) ? CheckOutcome.Passed : CheckOutcome.Failed);
    }

    static CheckResult Judge(JsonObject? application) => new ApplicationRules(Settings, new ClusterSettings { Kubeconfig = "/" }, new FakeTimeProvider(new(2000, 1, 1, 0, 5, 0, TimeSpan.Zero))).Judge(Region, application is null ? null : new KubernetesObject(application));

    static JsonObject Application() => Json($$"""
        {"apiVersion":"argoproj.io/v1alpha1","kind":"Application","metadata":{"name":"maily-eu","namespace":"argocd"},
         "spec":{"project":"maily","source":{"repoURL":"{{Url}}","targetRevision":"main","path":"regions/eu"},"destination":{"server":"https://kubernetes.default.svc","namespace":"maily"},
                 "syncPolicy":{"automated":{"prune":true},"syncOptions":["ServerSideApply=true"]} },
         "status":{"reconciledAt":"2000-01-01T00:00:00Z"} }
        """);

    static JsonObject With(JsonObject json, string path, string value)
    {
        var names = path.Split('.');
        var at = json;
        foreach (var name in names[..^1])
            at = (JsonObject)(at[name] ??= new JsonObject());
        if (value == "null")
            at.Remove(names[^1]);
        else
            at[names[^1]] = JsonNode.Parse(value);
        return json;
    }

    static JsonObject Json(string text) => JsonNode.Parse(text)!.AsObject();
}
