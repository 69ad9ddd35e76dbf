using System.Net;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace Maily.Deploy.Rehearsals.Kubernetes;

/// <summary>docs/unproven.md is true: what it says that the real control plane lacks, it lacks, and the embedded API has.</summary>
public abstract partial class UnprovenTests(ClusterFixture fixture, bool isMissing) : IDisposable
{
    ClusterApi? api;

    public static TheoryData<string> Paths => [.. Path().Matches(File.ReadAllText(Document())).Select(match => match.Groups["path"].Value)];

    ClusterApi Api => api ??= new ClusterApi(fixture.Cluster.KubeconfigPath);

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task A_path_that_it_names_is_missing_on_the_real_one_only(string path)
    {
        if (fixture.Missing is { } why) Assert.Skip(why);
        (await Api.Get(path)).Is(isMissing ? HttpStatusCode.NotFound : HttpStatusCode.OK);
    }

    [Fact]
    public async Task An_unknown_field_is_refused_by_the_embedded_one_only()
    {
        if (fixture.Missing is { } why) Assert.Skip(why);
        var answer = await Api.Post("/api/v1/namespaces/default/configmaps?fieldValidation=Strict&dryRun=All", """{"metadata":{"name":"unproven"},"dta":{"a":"b"}}""");
        answer.Is(isMissing ? HttpStatusCode.Created : HttpStatusCode.BadRequest);
    }

    [Fact]
    public void There_are_paths_to_look_at() => Paths.Count.ShouldBeGreaterThanOrEqualTo(3);

    public void Dispose()
    {
        api?.Dispose();
        GC.SuppressFinalize(this);
    }

    static string Document([CallerFilePath] string path = "") => System.IO.Path.GetFullPath(System.IO.Path.Combine(path, "../../../../docs/unproven.md"));

    [GeneratedRegex("^\\|[^|]*\\| `(?<path>/apis?/[^`]*)` \\|", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Path();
}

[Collection("embedded cluster")]
public sealed class EmbeddedUnprovenTests(EmbeddedFixture fixture) : UnprovenTests(fixture, isMissing: false);

[Collection("real control plane")]
public sealed class RealUnprovenTests(RealFixture fixture) : UnprovenTests(fixture, isMissing: true);
