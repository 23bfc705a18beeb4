/** The errors of the living book: database, accounts, orders, the API. Part of the one catalogue in `errors.ts`. */
import type { Text } from './lang.ts';

type Entry = Readonly<{ exit: 2 | 64 | 70 | 130; says: Text; remedy: Text }>;

const OUR_BUG: Text = { en: 'This is our bug; please report it.', zh: '这是程序错误,请报告给我们。' };

export const BOOK_ERRORS = {
  'policy.changed': {
    exit: 2,
    says: {
      en: 'the policy was changed by somebody else after version {version}',
      zh: '在第 {version} 版之后,已有别人改过处理政策',
    },
    remedy: { en: 'Read it again and set yours on the newest version.', zh: '请重新读取最新版本后再设置。' },
  },
  'payment.nothing_to_repair': {
    exit: 2,
    says: {
      en: 'the shop’s system knows of this payment, or the channel does not have its money',
      zh: '店里系统已记到这笔支付,或渠道没有收到它的钱',
    },
    remedy: {
      en: 'Read the payment again: its verdict says what is to be done.',
      zh: '请重新查看这笔支付,按结论处理。',
    },
  },
  'db.unavailable': {
    exit: 2,
    says: { en: 'the database does not answer ({reason})', zh: '数据库没有响应({reason})' },
    remedy: {
      en: 'Nothing is lost: try again in a moment. If it stays so, see “daozhang doctor”.',
      zh: '没有丢失任何数据,请稍后重试。若持续如此,请运行 daozhang doctor。',
    },
  },
  'db.pooler': {
    exit: 2,
    says: {
      en: 'a connection pooler stands before the database and was not announced ({reason})',
      zh: '数据库前面有连接池,但没有声明({reason})',
    },
    remedy: {
      en: 'Add ?pgbouncer=true to DATABASE_URL.',
      zh: '请在 DATABASE_URL 末尾加上 ?pgbouncer=true。',
    },
  },
  'db.outcome_unknown': {
    exit: 2,
    says: {
      en: 'the connection broke while a transaction was committed: whether it holds is not known ({reason})',
      zh: '提交事务时连接中断,结果未知({reason})',
    },
    remedy: {
      en: 'Look whether the change is there before you do it again.',
      zh: '请先查看改动是否已生效,再决定是否重做。',
    },
  },
  'db.no_tenant': {
    exit: 70,
    says: { en: 'a query on {table} names no tenant', zh: '对 {table} 的查询没有指明租户' },
    remedy: OUR_BUG,
  },
  'db.too_old': {
    exit: 2,
    says: { en: 'PostgreSQL {version} is too old', zh: 'PostgreSQL {version} 版本过旧' },
    remedy: { en: 'Use PostgreSQL 15 or newer.', zh: '请使用 PostgreSQL 15 或更高版本。' },
  },
  'db.unsafe_settings': {
    exit: 2,
    says: {
      en: 'the database can lose what it has confirmed: {settings} is off',
      zh: '数据库可能丢失已确认的数据:{settings} 已关闭',
    },
    remedy: {
      en: 'Turn it on in postgresql.conf and restart PostgreSQL.',
      zh: '请在 postgresql.conf 中开启并重启 PostgreSQL。',
    },
  },
  'db.role_too_strong': {
    exit: 2,
    says: {
      en: 'the role {role} sees every tenant (superuser or BYPASSRLS)',
      zh: '角色 {role} 可以看到所有租户(超级用户或 BYPASSRLS)',
    },
    remedy: {
      en: 'Let DATABASE_URL name an ordinary role that may become daozhang_app.',
      zh: '请让 DATABASE_URL 使用可切换为 daozhang_app 的普通角色。',
    },
  },
  'db.role_missing': {
    exit: 2,
    says: {
      en: 'the user of DATABASE_URL may not become {role} ({reason})',
      zh: 'DATABASE_URL 的用户不能切换为角色 {role}({reason})',
    },
    remedy: {
      en: 'As an administrator: create role {role} nologin (if it is not there), then: grant {role} to that user.',
      zh: '请以管理员身份执行:create role {role} nologin(若不存在),再执行 grant {role} to 该用户。',
    },
  },
  'db.not_migrated': {
    exit: 2,
    says: { en: 'the database holds no book yet', zh: '数据库中还没有账簿' },
    remedy: { en: 'Run “daozhang migrate”.', zh: '请运行 daozhang migrate。' },
  },
  'db.newer_schema': {
    exit: 2,
    says: {
      en: 'the database was migrated by a newer daozhang ({migration})',
      zh: '数据库已由更新版本的 daozhang 迁移({migration})',
    },
    remedy: { en: 'Install the newer version.', zh: '请安装新版本。' },
  },
  'db.migration_changed': {
    exit: 70,
    says: {
      en: 'the migration {migration} is missing or is not the one that was applied',
      zh: '迁移文件 {migration} 缺失,或与已应用的不一致',
    },
    remedy: {
      en: 'Restore the file; what is to be changed goes into a new migration.',
      zh: '请恢复该文件;需要的改动应写入新的迁移文件。',
    },
  },
  'db.migration_failed': {
    exit: 2,
    says: { en: 'the migration {migration} failed ({reason})', zh: '迁移 {migration} 失败({reason})' },
    remedy: {
      en: 'Nothing of it was applied. The owner of the database needs the right to create a schema and a role.',
      zh: '该迁移没有任何部分生效。数据库所有者需要建模式与建角色的权限。',
    },
  },
  'db.folder_taken': {
    exit: 2,
    says: {
      en: '{folder} is in use by another daozhang (process {pid})',
      zh: '{folder} 正由另一个 daozhang 使用(进程 {pid})',
    },
    remedy: { en: 'Stop it first, or name another folder: --data.', zh: '请先停止它,或用 --data 另选文件夹。' },
  },
  'db.port_taken': {
    exit: 2,
    says: { en: 'the port {port} is in use', zh: '端口 {port} 已被占用' },
    remedy: { en: 'Choose another one.', zh: '请换一个端口。' },
  },
  'db.not_started': {
    exit: 2,
    says: {
      en: 'the embedded PostgreSQL in {folder} did not start: {reason}',
      zh: '{folder} 中的内置 PostgreSQL 未能启动:{reason}',
    },
    remedy: {
      en: 'See {log}. A database of your own: DATABASE_URL.',
      zh: '请查看 {log}。也可用 DATABASE_URL 使用自己的数据库。',
    },
  },
  'db.not_stopped': {
    exit: 2,
    says: {
      en: 'the embedded PostgreSQL (process {pid}) does not end ({reason})',
      zh: '内置 PostgreSQL(进程 {pid})未能结束({reason})',
    },
    remedy: {
      en: 'Nothing is lost: it goes on, and the next start takes it over.',
      zh: '没有丢失任何数据:它会继续运行,下次启动时自动接管。',
    },
  },
  'db.folder_unusable': {
    exit: 2,
    says: { en: '{folder} cannot hold the database ({reason})', zh: '{folder} 不能存放数据库({reason})' },
    remedy: {
      en: 'Make it writable, or name another folder: --data. A database of your own: DATABASE_URL.',
      zh: '请赋予写权限,或用 --data 另选文件夹。也可用 DATABASE_URL 使用自己的数据库。',
    },
  },
  'db.no_binaries': {
    exit: 2,
    says: { en: 'there is no embedded PostgreSQL for {platform}', zh: '没有适用于 {platform} 的内置 PostgreSQL' },
    remedy: {
      en: 'Install with optional dependencies, or name a database of your own: DATABASE_URL.',
      zh: '请安装可选依赖,或用 DATABASE_URL 使用自己的数据库。',
    },
  },
  'vault.bad_key': {
    exit: 2,
    says: { en: 'the master key is not one ({reason})', zh: '主密钥无效({reason})' },
    remedy: {
      en: 'Set DAOZHANG_MASTER_KEY to the output of: openssl rand -base64 32',
      zh: '请将 DAOZHANG_MASTER_KEY 设为 openssl rand -base64 32 的输出。',
    },
  },
  'vault.key_missing': {
    exit: 2,
    says: {
      en: 'a secret was sealed by the master key {key}, which is not here',
      zh: '密文由主密钥 {key} 加密,该密钥不在此处',
    },
    remedy: {
      en: 'Add the old key after the new one in DAOZHANG_MASTER_KEY, separated by a comma, or restore the key file.',
      zh: '请在 DAOZHANG_MASTER_KEY 中新密钥之后用逗号加上旧密钥,或恢复密钥文件。',
    },
  },
  'vault.damaged': {
    exit: 2,
    says: { en: 'a stored secret is damaged or was moved', zh: '已存的密文损坏或被移动' },
    remedy: { en: 'Enter the credential again.', zh: '请重新录入该凭据。' },
  },
  'vault.key_exposed': {
    exit: 2,
    says: { en: 'others can read the master key in {path}', zh: '其他用户可以读取 {path} 中的主密钥' },
    remedy: {
      en: 'chmod 600 {path}, and rotate the key if anybody may have read it.',
      zh: '请执行 chmod 600 {path};若可能已被读取,请更换密钥。',
    },
  },
  'inbox.full': {
    exit: 2,
    says: { en: '{waiting} messages wait to be stored', zh: '有 {waiting} 条消息等待入库' },
    remedy: { en: 'Send it again in a moment.', zh: '请稍后重发。' },
  },
  'outbound.bad_url': {
    exit: 2,
    says: { en: '“{url}” is no address that can be called', zh: '“{url}”不是可调用的地址' },
    remedy: {
      en: 'Use https://… without a user name in it.',
      zh: '请使用 https://… 且不带用户名。',
    },
  },
  'outbound.refused': {
    exit: 2,
    says: {
      en: '{host} leads to {address}, which is not on the public internet',
      zh: '{host} 指向 {address},不在公网',
    },
    remedy: {
      en: 'Use a public address, or allow this range: DAOZHANG_ALLOW_PRIVATE.',
      zh: '请使用公网地址,或用 DAOZHANG_ALLOW_PRIVATE 允许该网段。',
    },
  },
  'outbound.bad_range': {
    exit: 64,
    says: { en: '“{range}” is no range of addresses', zh: '“{range}”不是有效网段' },
    remedy: { en: 'Write it like 10.0.0.0/8.', zh: '请写成 10.0.0.0/8 的样子。' },
  },
  'channel.unknown': {
    exit: 64,
    says: { en: 'there is no channel “{channel}”', zh: '没有名为“{channel}”的渠道' },
    remedy: { en: 'Choose one of: {known}', zh: '可选:{known}' },
  },
  'archive.gone': {
    exit: 2,
    says: { en: 'the document {document} is not in the archive', zh: '归档中没有单据 {document}' },
    remedy: { en: 'Restore the archive folder from your backup.', zh: '请从备份恢复归档文件夹。' },
  },
  'archive.damaged': {
    exit: 2,
    says: { en: 'the document {document} is no longer what was stored', zh: '单据 {document} 已不是当初存入的内容' },
    remedy: {
      en: 'It is not evidence any more. Restore it from your backup, and look at the disk.',
      zh: '它已不能作为凭据。请从备份恢复,并检查磁盘。',
    },
  },
  'archive.full': {
    exit: 2,
    says: { en: 'the disk has no room for the document', zh: '磁盘空间不足,无法保存单据' },
    remedy: {
      en: 'Nothing of it was kept, and the book is as it was. Make room, and bring it again.',
      zh: '未保留任何内容,账簿不变。请腾出空间后重新上传。',
    },
  },
  'bill.refused': {
    exit: 2,
    says: { en: 'the bill cannot be taken in ({reason})', zh: '无法读入该账单({reason})' },
    remedy: { en: 'It is fetched again; see “daozhang channels”.', zh: '将重新获取;请查看 daozhang channels。' },
  },
  'backup.taken': {
    exit: 2,
    says: { en: '{folder} is not empty', zh: '{folder} 不是空文件夹' },
    remedy: { en: 'Name a new folder for each backup.', zh: '每次备份请指定一个新文件夹。' },
  },
  'backup.no_book': {
    exit: 2,
    says: { en: '{folder} holds no book', zh: '{folder} 中没有账簿' },
    remedy: { en: 'Name the data folder of the server with --data.', zh: '请用 --data 指定服务的数据文件夹。' },
  },
  'backup.own_database': {
    exit: 2,
    says: {
      en: 'the book is in a PostgreSQL of your own (DATABASE_URL)',
      zh: '账簿在您自己的 PostgreSQL 中(DATABASE_URL)',
    },
    remedy: {
      en: 'Back it up as you back up that server, and keep copies of the archive folder and of the master key.',
      zh: '请按该服务器的方式备份,并另存 archive 文件夹与主密钥。',
    },
  },
  'backup.none': {
    exit: 2,
    says: { en: '{folder} holds no complete backup', zh: '{folder} 中没有完整的备份' },
    remedy: {
      en: 'A backup that was interrupted has no list and cannot be used: take another.',
      zh: '中断的备份没有清单,不能使用:请用另一份。',
    },
  },
  'backup.damaged': {
    exit: 2,
    says: { en: 'the backup is damaged: {file} is not what was written', zh: '备份已损坏:{file} 与写入时不一致' },
    remedy: {
      en: 'Nothing was restored. Use another backup, and look at the disk it lies on.',
      zh: '没有恢复任何数据。请使用另一份备份,并检查其所在磁盘。',
    },
  },
  'backup.other_version': {
    exit: 2,
    says: {
      en: 'the backup is of PostgreSQL {backup}; this program has {here}',
      zh: '备份来自 PostgreSQL {backup},本程序为 {here}',
    },
    remedy: {
      en: 'Restore it with the Daozhang version that made it.',
      zh: '请用生成该备份的到账版本恢复。',
    },
  },
  'backup.target_taken': {
    exit: 2,
    says: { en: '{folder} holds a book already', zh: '{folder} 中已有账簿' },
    remedy: {
      en: 'Restore into a new folder with --data, and point the server there.',
      zh: '请用 --data 恢复到新文件夹,再让服务使用它。',
    },
  },
  'document.busy': {
    exit: 2,
    says: { en: 'other documents are being read just now', zh: '正在读取其他单据' },
    remedy: { en: 'Try again in a moment.', zh: '请稍后重试。' },
  },
  'document.refused': {
    exit: 2,
    says: { en: 'the document cannot be read: {reason}', zh: '无法读取该单据:{reason}' },
    remedy: {
      en: 'Fetch it anew from where it comes from; “daozhang formats” lists what is read.',
      zh: '请从来源处重新下载;支持的格式见 daozhang formats。',
    },
  },
  'document.slow': {
    exit: 2,
    says: { en: 'reading {name} took too long or too much memory', zh: '读取 {name} 耗时过长或内存不足' },
    remedy: {
      en: 'Reconcile it instead: that has as long as it needs, and its lines are among the files.',
      zh: '请改为发起对账:对账不限时间,明细在结果文件中。',
    },
  },
  'reconcile.ended': {
    exit: 2,
    says: { en: 'the reconciliation’s process ended early', zh: '对账进程提前结束' },
    remedy: {
      en: 'Nothing was kept. It may lack memory or disk: free some and ask for it again.',
      zh: '没有保留任何结果。可能是内存或磁盘不足:请释放空间后重新发起。',
    },
  },
  'channel.bad_settings': {
    exit: 2,
    says: { en: 'the settings of {channel} do not fit: {reason}', zh: '{channel} 的设置不正确:{reason}' },
    remedy: { en: 'See the page of the channel in docs/channels.', zh: '请查看 docs/channels 中该渠道的说明。' },
  },
  'channel.bad_credential': {
    exit: 2,
    says: { en: '{channel} has no credential “{kind}”', zh: '{channel} 没有名为“{kind}”的凭据' },
    remedy: { en: 'Choose one of: {known}', zh: '可选:{known}' },
  },
  'account.not_found': {
    exit: 2,
    says: { en: 'there is no channel account {account}', zh: '没有渠道账户 {account}' },
    remedy: { en: 'See “daozhang channels”.', zh: '请查看 daozhang channels。' },
  },
  'account.exists': {
    exit: 2,
    says: {
      en: 'the {provider} account of merchant {merchant} is there already',
      zh: '{provider} 商户 {merchant} 的账户已存在',
    },
    remedy: { en: 'Change that one instead.', zh: '请修改已有的账户。' },
  },
  'account.needed': {
    exit: 2,
    says: {
      en: 'there are {count} channel accounts: which one is to be paid?',
      zh: '有 {count} 个渠道账户,不知由哪个收款',
    },
    remedy: { en: 'Name one in account_id.', zh: '请在 account_id 中指明。' },
  },
  'order.conflict': {
    exit: 2,
    says: { en: 'the order {order} is there with another amount', zh: '订单 {order} 已存在,金额不同' },
    remedy: {
      en: 'Use a new order number; an amount is not changed under a payment.',
      zh: '请使用新的订单号;已可支付的订单不改金额。',
    },
  },
  'order.needs_time': {
    exit: 2,
    says: {
      en: '{provider} knows a payment by the time at which it was sent, and none was given',
      zh: '{provider} 以发送时间识别付款,而请求中没有给出',
    },
    remedy: {
      en: 'Give it as placed_at, to the second; at UnionPay it is txnTime.',
      zh: '请在 placed_at 中给出,精确到秒;银联即 txnTime。',
    },
  },
  'order.changed': {
    exit: 2,
    says: { en: 'the order {order} was changed by somebody else', zh: '订单 {order} 已被他人修改' },
    remedy: { en: 'Read it again, then decide.', zh: '请重新读取后再决定。' },
  },
  'order.not_closed': {
    exit: 2,
    says: { en: 'order {order} is not closed', zh: '订单 {order} 并未关闭' },
    remedy: { en: 'Nothing is to be done: it is open or paid.', zh: '无需处理:订单未关闭或已付款。' },
  },
  'order.is_paid': {
    exit: 2,
    says: { en: 'the order {order} is paid', zh: '订单 {order} 已付款' },
    remedy: { en: 'Refund it instead.', zh: '请改用退款。' },
  },
  'serve.no_lan': {
    exit: 2,
    says: { en: 'this machine stands in no private network', zh: '本机不在任何内部网络中' },
    remedy: {
      en: 'Join the shop’s network, or name the address: --lan-address 192.168.1.20.',
      zh: '请接入店内网络,或指明地址:--lan-address 192.168.1.20。',
    },
  },
  'serve.needs_database': {
    exit: 64,
    says: { en: 'more workers need a database they can share', zh: '多进程需要可共享的数据库' },
    remedy: {
      en: 'Name it in DATABASE_URL; the embedded one belongs to “daozhang serve”, which has workers of its own.',
      zh: '请用 DATABASE_URL 指定;内置数据库由 daozhang serve 独占,它自带后台任务。',
    },
  },
  'serve.not_reached': {
    exit: 2,
    says: { en: 'no Daozhang answers at {url} ({reason})', zh: '{url} 没有到账服务应答({reason})' },
    remedy: {
      en: 'Start it: daozhang serve. Another one: DAOZHANG_URL and DAOZHANG_API_KEY.',
      zh: '请先启动:daozhang serve;其他服务用 DAOZHANG_URL 与 DAOZHANG_API_KEY 指定。',
    },
  },
  'serve.no_key': {
    exit: 2,
    says: { en: 'there is no key to ask the server with', zh: '没有可用的 API 密钥' },
    remedy: {
      en: 'Run this beside the data folder of the server (--data), or set DAOZHANG_URL and DAOZHANG_API_KEY.',
      zh: '请在服务的数据文件夹旁运行(--data),或设置 DAOZHANG_URL 与 DAOZHANG_API_KEY。',
    },
  },
  'serve.refused': {
    exit: 2,
    says: { en: 'the server says: {says}', zh: '服务答复:{says}' },
    remedy: { en: '{remedy}', zh: '{remedy}' },
  },
  'api.no_key': {
    exit: 2,
    says: { en: 'nobody is named who asks', zh: '请求没有身份' },
    remedy: {
      en: 'Send an API key: Authorization: Bearer dz_…',
      zh: '请携带 API 密钥:Authorization: Bearer dz_…',
    },
  },
  'api.bad_key': {
    exit: 2,
    says: { en: 'the key is not one of ours, or was revoked', zh: '密钥无效或已撤销' },
    remedy: { en: 'Check that it was copied whole, or make a new one.', zh: '请确认复制完整,或新建一个。' },
  },
  'api.no_scope': {
    exit: 2,
    says: { en: 'this key may not do that: it lacks “{scope}”', zh: '该密钥没有“{scope}”权限' },
    remedy: { en: 'Use a key with that scope.', zh: '请使用具有该权限的密钥。' },
  },
  'api.live_only': {
    exit: 2,
    says: {
      en: 'a link opens the live side too, and this key is a test key',
      zh: '登录链接可进入正式环境,而该密钥属于测试环境',
    },
    remedy: { en: 'Make it with a live key.', zh: '请使用正式环境的密钥。' },
  },
  'api.wrong_type': {
    exit: 64,
    says: { en: 'the body is not application/json', zh: '请求体不是 application/json' },
    remedy: {
      en: 'Send JSON with content-type: application/json.',
      zh: '请发送 JSON,并使用 content-type: application/json。',
    },
  },
  'api.not_found': {
    exit: 2,
    says: { en: 'there is nothing here under that name', zh: '找不到该内容' },
    remedy: {
      en: 'Check the address and whether the key is test or live.',
      zh: '请检查地址,以及密钥属于测试还是正式环境。',
    },
  },
  'api.bad_request': {
    exit: 64,
    says: { en: 'the request cannot be read ({reason})', zh: '无法读取该请求({reason})' },
    remedy: { en: 'See errors[] and /openapi.json.', zh: '请查看 errors[] 与 /openapi.json。' },
  },
  'api.key_reused': {
    exit: 2,
    says: { en: 'this Idempotency-Key was used for another request', zh: '该 Idempotency-Key 已用于另一请求' },
    remedy: { en: 'Use a new key for a new request.', zh: '新请求请使用新的键。' },
  },
  'api.key_in_flight': {
    exit: 2,
    says: {
      en: 'the first request under this Idempotency-Key is under way',
      zh: '该 Idempotency-Key 的首个请求仍在处理',
    },
    remedy: { en: 'Ask again in a moment.', zh: '请稍后再试。' },
  },
  'api.too_many': {
    exit: 2,
    says: { en: 'too many requests', zh: '请求过于频繁' },
    remedy: { en: 'Wait as long as Retry-After says.', zh: '请按 Retry-After 等待。' },
  },
  'api.too_large': {
    exit: 2,
    says: { en: 'the body is larger than {limit} bytes', zh: '请求体超过 {limit} 字节' },
    remedy: { en: 'Send less at once.', zh: '请分批发送。' },
  },
  'api.timeout': {
    exit: 2,
    says: { en: 'the request came too slowly', zh: '请求传输过慢' },
    remedy: { en: 'Send it again.', zh: '请重新发送。' },
  },
  'api.broke': {
    exit: 70,
    says: { en: 'something broke that should not (request {request})', zh: '出现了不该出现的错误(请求 {request})' },
    remedy: { en: 'Report it with the number of the request.', zh: '请连同请求编号报告给我们。' },
  },
} as const satisfies Record<string, Entry>;
