using Maily.Deploy.Backups;
using Maily.Deploy.Backups.Stores;
using Maily.Deploy.Postgres;
using Maily.Deploy.Processes;
using Maily.Deploy.Tests.Postgres;

namespace Maily.Deploy.Tests.Backups;

public sealed class ManagedTablesTests(PostgresServer server) : IDisposable
{
    const string Supabase = """
        create schema auth; create schema storage; create schema vault;
        create table auth.users (id int primary key, email text); insert into auth.users values (1, 'one@example.org'), (2, 'two@example.org');
        create table auth.identities (id int references auth.users); insert into auth.identities values (1);
        create table auth.sessions (id int); insert into auth.sessions values (1); create table auth.refresh_tokens (id int);
        create table storage.buckets (id text); insert into storage.buckets values ('images'); create table storage.objects (id int, bucket text);
        create table storage.s3_multipart_uploads (id int); create table vault.secrets (id int);
        create table campaigns (id int)
        """;

    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("maily-managed-");
    readonly ProcessRunner processes = new(TimeProvider.System);

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    StoredBackup Stored => new(FolderBackupStore.In(folder.FullName), "d");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task Rows_of_supabases_schemas_that_cannot_be_made_again_are_in_the_backup_and_the_rest_is_listed()
    {
        var receipt = await MakeAsync(await SupabaseAsync());
        receipt.Managed.Select(table => (table.Name, table.Rows)).ShouldBe([("auth.identities", 1), ("auth.users", 2), ("storage.buckets", 1), ("storage.objects", 0)]);
        receipt.Managed.ShouldAllBe(table => table.Rows == 0 || table.Checksum != "0");
        receipt.Tables.Select(table => table.Name).ShouldBe(["public.campaigns"]);
        receipt.LeftOut.ShouldBe(["auth", "information_schema", "storage", "vault"]);
        receipt.LeftOutTables.ShouldBe(["auth.refresh_tokens", "auth.sessions", "storage.s3_multipart_uploads", "vault.secrets"]);
    }

    [Fact]
    public async Task They_can_be_put_into_tables_that_supabase_has_made()
    {
        await MakeAsync(await SupabaseAsync());
        var target = await server.CreateDatabaseAsync();
        await PostgresServer.ExecuteAsync(target, Supabase);
        await PostgresServer.ExecuteAsync(target, "truncate auth.users cascade; truncate storage.buckets");
        using var opened = await new BackupReader(processes).OpenAsync(Stored, Cancellation);
        var tools = await PostgresTools.FindAsync(15, processes, Cancellation);
        await processes.RunAsync(tools.Against(target, "pg_restore", ["--single-transaction", "--exit-on-error", opened.Managed.ShouldNotBeNull()]), null, Cancellation);
        (await PostgresServer.ScalarAsync<string>(target, "select string_agg(email, ',' order by id) from auth.users join auth.identities using (id)")).ShouldBe("one@example.org");
        (await PostgresServer.ScalarAsync<long>(target, "select count(*) from storage.buckets")).ShouldBe(1);
    }

    [Theory]
    [InlineData("grant usage on schema auth, storage to {0}; grant select on auth.users, storage.buckets, storage.objects to {0}", "auth.identities")]
    [InlineData("grant usage on schema auth, storage to {0}; grant select on all tables in schema auth, storage to {0}; alter table storage.objects enable row level security", "storage.objects")]
    public async Task A_role_that_may_not_read_one_of_them_is_refused_by_the_tables_name(string grants, string unreadable)
    {
        var database = await SupabaseAsync();
        var role = $"deployer_{database.Name}";
        await PostgresServer.ExecuteAsync(database, $"create role {role} login; grant select on campaigns to {role}; {string.Format(grants, role)}");
        var error = await Should.ThrowAsync<BackupPermissionException>(() => MakeAsync(database with { User = role }));
        error.Fact.ShouldBe($"The backup is not permitted: the role may not read all rows of {unreadable}, which cannot be made again.");
        error.Kind.ShouldBe(FailureKind.Refused);
    }

    async Task<DatabaseSettings> SupabaseAsync()
    {
        var database = await server.CreateDatabaseAsync();
        await PostgresServer.ExecuteAsync(database, Supabase);
        return database;
    }

    Task<BackupReceipt> MakeAsync(DatabaseSettings database) => new DatabaseBackup(database, processes, TimeProvider.System).MakeAsync(Stored, "test", Cancellation);
}
