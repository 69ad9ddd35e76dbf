using System.Text;
using System.Text.RegularExpressions;
using Maily.Deploy.Sandbox.Kubernetes;

namespace Maily.Deploy.Benchmarks.Kubernetes;

/// <summary>50 regions of 200 objects, each an embedded API beside this process; the deployment is a process of its own.</summary>
static partial class FiftyRegions
{
    const int Regions = 50;
    const int Objects = 200;
    const double MostSeconds = 60;
    const double MostMegabytes = 500;

    /// <summary>Says how long the first deployment and one without any change take, how much memory at most, and whether both keep the limits.</summary>
    public static async Task<bool> MeasureAsync(Action<string> say)
    {
        var folder = Directory.CreateTempSubdirectory("maily-benchmark-regions-");
        var clusters = new List<EmbeddedCluster>();
        try
        {
            for (var region = 0; region < Regions; region++)
                clusters.Add(await EmbeddedCluster.StartAsync(new EmbeddedClusterOptions { Pace = TimeSpan.FromMilliseconds(100) }, CancellationToken.None));
            var kubeconfig = Path.Combine(folder.FullName, "kubeconfig");
            await File.WriteAllTextAsync(kubeconfig, Merge(clusters), CancellationToken.None);
            var isKept = true;
            foreach (var what in new[] { "made", "unchanged", "changed" })
                isKept &= Judge(what, await RunAsync(folder.FullName, kubeconfig, what == "changed" ? 1 : 0), say);
            return isKept;
        }
        finally
        {
            foreach (var cluster in clusters)
                await cluster.DisposeAsync();
            folder.Delete(recursive: true);
        }
    }

    static async Task<string> RunAsync(string folder, string kubeconfig, int version)
    {
        var overlays = Enumerable.Range(0, Regions).Select(region => new SampleObjects(Path.Combine(folder, $"region-{region}"), "shop", Objects)).ToList();
        overlays.ForEach(overlay => overlay.Write(version));
        return await WholeDeployment.RunAsync(kubeconfig, Path.Combine(folder, "run"), overlays.Select((overlay, region) => $"region-{region}={overlay.Folder}"));
    }

    static bool Judge(string what, string answer, Action<string> say)
    {
        var numbers = Numbers().Match(answer);
        say($"{Regions} regions of {Objects} objects, {what}: {answer.Trim()} (limits: {MostSeconds} s, {MostMegabytes} MB)");
        return double.Parse(numbers.Groups["seconds"].Value, System.Globalization.CultureInfo.InvariantCulture) < MostSeconds
            && double.Parse(numbers.Groups["megabytes"].Value, System.Globalization.CultureInfo.InvariantCulture) < MostMegabytes;
    }

    // One file with a context for each region, as a user has it.
    static string Merge(List<EmbeddedCluster> clusters)
    {
        var (places, users, contexts) = (new StringBuilder("clusters:\n"), new StringBuilder("users:\n"), new StringBuilder("contexts:\n"));
        for (var region = 0; region < clusters.Count; region++)
        {
            string Value(string key) => Regex.Match(clusters[region].Kubeconfig, $"{key}: (.*)", RegexOptions.None, TimeSpan.FromSeconds(1)).Groups[1].Value.Trim();
            places.Append($$"""- { name: region-{{region}}, cluster: { server: "{{Value("server")}}", certificate-authority-data: "{{Value("certificate-authority-data")}}" } }""").Append('\n');
            users.Append($$"""- { name: region-{{region}}, user: { token: "{{Value("token")}}" } }""").Append('\n');
            contexts.Append($$"""- { name: region-{{region}}, context: { cluster: region-{{region}}, user: region-{{region}} } }""").Append('\n');
        }

        return $"apiVersion: v1\nkind: Config\n{places}{users}{contexts}";
    }

    [GeneratedRegex(@"(?<seconds>[0-9.]+) s; (?<megabytes>[0-9]+) MB", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Numbers();
}
