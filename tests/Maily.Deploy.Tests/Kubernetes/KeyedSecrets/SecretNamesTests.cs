using System.Collections.Immutable;
using Maily.Deploy.Images;
using Maily.Deploy.Kubernetes.KeyedSecrets;
using Maily.Deploy.Kubernetes.Manifests;
using Maily.Deploy.Secrets;

namespace Maily.Deploy.Tests.Kubernetes.KeyedSecrets;

public sealed class SecretNamesTests
{
    static readonly byte[] Key = [1, 2, 3];

    [Fact]
    public void The_name_follows_the_values_and_the_clusters_key()
    {
        var name = NameOf(Keys("a"), Key);

        NameOf(Keys("a"), Key).ShouldBe(name);
        NameOf(Keys("b"), Key).ShouldNotBe(name);
        NameOf(Keys("a"), [4]).ShouldNotBe(name);
        NameOf(Keys("a") with { Type = "other" }, Key).ShouldNotBe(name);
    }

    [Theory]
    [InlineData("containers: [ { name: a, envFrom: [ { secretRef: { name: keys } } ] } ]")]
    [InlineData("containers: [ { name: a, env: [ { name: X, valueFrom: { secretKeyRef: { name: keys, key: k } } } ] } ]")]
    [InlineData("volumes: [ { name: v, secret: { secretName: keys } } ]")]
    [InlineData("volumes: [ { name: v, projected: { sources: [ { secret: { name: keys } } ] } } ]")]
    [InlineData("imagePullSecrets: [ { name: keys } ]")]
    public void However_a_pod_names_a_Secret_it_gets_the_clusters_name(string pod)
    {
        var names = SecretNames.Of([Keys("a")], "maily", Key);
        var item = ManifestYaml.Parse($$"""
            apiVersion: batch/v1beta1
            kind: CronJob
            metadata: { name: nightly }
            spec: { jobTemplate: { spec: { template: { spec: { {{pod}} } } } } }
            """).Single();

        names.Rewrite(item).ToString().ShouldBe(item.ToString().Replace("\"keys\"", $"\"{names[Keys("a")]}\"", StringComparison.Ordinal));
        SecretNames.NamedBy(names.Rewrite(item)).ShouldBe([names[Keys("a")]]);
    }

    [Fact]
    public void A_Secret_of_another_name_stays()
    {
        var item = ManifestYaml.Parse("apiVersion: v1\nkind: Pod\nmetadata: { name: x }\nspec: { volumes: [ { name: keys, secret: { secretName: other } } ] }").Single();

        SecretNames.Of([Keys("a")], "maily", Key).Rewrite(item).ToString().ShouldBe(item.ToString());
    }

    [Fact]
    public void Logins_that_a_service_account_has_already_stay()
    {
        var login = ClusterSecret.PullLogin(new RegistryAddress("ghcr.io", "maily"), new Variables([new("REGISTRY_PASSWORD", "secret", "test")])).ShouldNotBeNull();
        var names = SecretNames.Of([login], "maily", Key);
        var account = ManifestYaml.Parse("apiVersion: v1\nkind: ServiceAccount\nmetadata: { name: x }\nimagePullSecrets: [ { name: mine } ]").Single();

        var twice = names.Rewrite(names.Rewrite(account));

        SecretNames.NamedBy(twice).ShouldBe(["mine", names[login]]);
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData("maily", true)]
    [InlineData("monitoring", false)]
    public void Only_what_lies_in_their_namespace_gets_the_clusters_names_and_logins(string? space, bool gets)
    {
        var login = ClusterSecret.PullLogin(new RegistryAddress("ghcr.io", "maily"), new Variables([new("REGISTRY_PASSWORD", "secret", "test")])).ShouldNotBeNull();
        var names = SecretNames.Of([Keys("a"), login], "maily", Key);
        var metadata = space is null ? "{ name: x }" : $"{{ name: x, namespace: {space} }}";
        var pod = ManifestYaml.Parse($$"""
            apiVersion: v1
            kind: Pod
            metadata: {{metadata}}
            spec: { imagePullSecrets: [ { name: keys } ] }
            """).Single();
        var account = ManifestYaml.Parse($"apiVersion: v1\nkind: ServiceAccount\nmetadata: {metadata}\n").Single();

        SecretNames.NamedBy(names.Rewrite(pod)).ShouldBe([gets ? names[Keys("a")] : "keys"]);
        SecretNames.NamedBy(names.Rewrite(account)).ShouldBe(gets ? [names[login]] : []);
    }

    [Fact]
    public void A_token_that_ends_with_its_job_is_no_login_for_nodes() =>
        ClusterSecret.PullLogin(new RegistryAddress("ghcr.io", "maily"), new Variables([new("GITHUB_TOKEN", "ghs_abc", "test")])).ShouldBeNull();

    [Fact]
    public void Nodes_may_have_a_login_of_their_own()
    {
        var variables = new Variables([new("REGISTRY_PASSWORD", "push", "test"), new("REGISTRY_PULL_USER", "puller", "test"), new("REGISTRY_PULL_PASSWORD", "pull", "test")]);

        var file = ClusterSecret.PullLogin(new RegistryAddress("ghcr.io", "maily"), variables).ShouldNotBeNull().Values.Single().Value.Reveal();

        file.ShouldContain("\"username\":\"puller\",\"password\":\"pull\"");
    }

    [Fact]
    public void Without_any_value_there_is_no_Secret() => ClusterSecret.FromVariables("keys", new Variables([]), ["API_KEY"]).ShouldBeNull();

    static string NameOf(ClusterSecret secret, byte[] key) => SecretNames.Of([secret], "maily", key)[secret];

    static ClusterSecret Keys(string value) => new()
    {
        Name = "keys", Values = ImmutableSortedDictionary.CreateRange(StringComparer.Ordinal, [KeyValuePair.Create("API_KEY", new Secret(value))]),
    };
}
