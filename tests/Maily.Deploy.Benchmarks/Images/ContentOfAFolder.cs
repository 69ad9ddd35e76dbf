using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using Maily.Deploy.Benchmarks.Parts;
using Maily.Deploy.Images;

namespace Maily.Deploy.Benchmarks.Images;

/// <summary>The content tag of 10,000 files in 100 folders (40 MB), read before; and the sum that one would make of them with coreutils.</summary>
[Calls(7)]
public class ContentOfAFolder
{
    const int Files = 10_000;

    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("maily-benchmark-");

    ImageSpec Image => new() { Name = "image", Context = folder.FullName };

    [GlobalSetup]
    public void Prepare()
    {
        File.WriteAllText(Path.Combine(folder.FullName, "Dockerfile"), "FROM scratch\nCOPY . /\n");
        File.WriteAllText(Path.Combine(folder.FullName, ".dockerignore"), "**/*.log\n**/node_modules\n.git\n");
        for (var number = 0; number < Files; number++)
        {
            var path = Path.Combine(folder.FullName, $"folder-{number % 100}", $"file-{number}.txt");
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, RandomNumberGenerator.GetBytes(1000 + number % 6000));
        }
    }

    [GlobalCleanup]
    public void Remove() => folder.Delete(recursive: true);

    [Benchmark(Baseline = true, Description = "find | sort | sha256sum, 10,000 files")]
    public Task<string> Coreutils() => Repository.RunInAsync(folder.FullName, "bash", "-c", "find . -type f -print0 | sort -z | xargs -0 sha256sum | sha256sum");

    [Benchmark(Description = "content tag, 10,000 files")]
    public Task<string> ContentTag() => ImageContent.HashAsync(Image, BuildContext.Of(Image), new Dictionary<string, string>(), CancellationToken.None);
}
