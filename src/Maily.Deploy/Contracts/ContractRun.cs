using System.Collections.Immutable;
using System.Text.Json;
using Maily.Deploy.Contracts.Postgrest;
using Maily.Deploy.Postgres;
using Npgsql;

namespace Maily.Deploy.Contracts;

/// <summary>Something that code asks for and a schema does not give.</summary>
/// <param name="Service">Whose code.</param>
/// <param name="Name">The statement or request.</param>
/// <param name="Asked">Its text.</param>
/// <param name="Reason">What the server says, or what is tighter than before.</param>
public sealed record ContractBreak(string Service, string Name, string Asked, string Reason)
{
    /// <summary><c>web, "own campaigns": column ... does not exist (GET /campaigns?...)</c>.</summary>
    public override string ToString() => $"{Service}, \"{Name}\": {Reason} ({Asked})";
}

/// <summary>Tries what contracts ask for on a scratch database, each under its role and rolled back.</summary>
/// <param name="connection">As the owner of the schema.</param>
sealed class ContractRun(NpgsqlConnection connection)
{
    /// <summary>What does not work.</summary>
    public async Task<ImmutableArray<ContractBreak>> TryAsync(IEnumerable<DatabaseContract> contracts, CancellationToken cancellation)
    {
        var relations = await Relationships.ReadAsync(connection, cancellation);
        var breaks = ImmutableArray.CreateBuilder<ContractBreak>();
        foreach (var contract in contracts)
        {
            foreach (var statement in contract.Statements)
                await TryAsync(contract, statement.Name, statement.Sql, statement.Role, statement.Claims, () => Command(statement), breaks, cancellation);
            foreach (var request in contract.Requests)
                await TryAsync(contract, request.Name, $"{request.Method} {request.Path}", request.Role, request.Claims, () => new NpgsqlCommand(PostgrestSql.Of(request, relations), connection), breaks, cancellation);
        }

        return breaks.ToImmutable();
    }

    async Task TryAsync(DatabaseContract contract, string name, string asked, string role, ImmutableDictionary<string, JsonElement> claims,
        Func<NpgsqlCommand> command, ImmutableArray<ContractBreak>.Builder breaks, CancellationToken cancellation)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        try
        {
            foreach (var given in contract.Given)
                await connection.RunAsync(given, cancellation);
            await connection.RunAsync("select set_config('request.jwt.claims', $1, true)", cancellation, JsonSerializer.Serialize(claims));
            await connection.RunAsync($"set local role {Quoted.Name(role)}", cancellation);
            await using var tried = command();
            await tried.ExecuteNonQueryAsync(cancellation);
        }
        catch (PostgresException refused)
        {
            breaks.Add(new(contract.Service, name, asked, $"{refused.SqlState}: {refused.MessageText}"));
        }
        catch (PostgrestRefusedException refused)
        {
            breaks.Add(new(contract.Service, name, asked, refused.Fact));
        }

        await transaction.RollbackAsync(cancellation);
    }

    // As text of no type: the server takes each for what it stands beside, as drivers' untyped parameters are.
    NpgsqlCommand Command(ContractStatement statement)
    {
        var command = new NpgsqlCommand(statement.Sql, connection);
        foreach (var value in statement.Parameters)
            command.Parameters.Add(new() { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Unknown });
        return command;
    }
}
