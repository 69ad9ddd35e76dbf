using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Maily.Deploy.Http;
using Maily.Deploy.Secrets;

namespace Maily.Deploy.AiServices;

/// <summary>Asks providers which models a key may use.</summary>
public sealed class ModelLists(Variables variables, HttpClient http, TimeProvider time, FarSideOptions options)
{
    const int MostPages = 50;

    /// <summary>All models; null where the key is not set, or the provider does not give the list: its own check says why.</summary>
    public async Task<ImmutableSortedSet<string>?> FindAsync(AiProvider provider, CancellationToken cancellation)
    {
        if (variables.FindSecret(provider.KeyVariable) is not { } key)
            return null;
        var client = new FarSideClient(provider.Name, http, time, options, key);
        var models = ImmutableSortedSet.CreateBuilder<string>(StringComparer.Ordinal);
        var query = "";
        for (var page = 0; page < MostPages; page++)
        {
            var asked = query;
            var answer = await client.ReadAsync(() => provider.ListModels(variables, asked), cancellation);
            if (!answer.IsSuccess)
                return null;
            var read = ModelPage.Read(answer.Read<JsonObject>());
            models.UnionWith(read.Models);
            if (read.Next is not { } next)
                break;
            query = next;
        }

        return models.ToImmutable();
    }
}
